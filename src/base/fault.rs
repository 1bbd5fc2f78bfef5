//! Catches what goes wrong inside a run: what was it, and where in the source did it happen?

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Once;

/// A panic that was caught.
#[derive(Debug)]
pub struct Fault {
    payload: Box<dyn Any + Send>,
    place: String,
}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Makes the panic hook silent on threads that are inside [`caught`]; elsewhere the hook that was
/// there before still speaks.
pub fn silence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if INSIDE.get() {
                let place = panic.location().map_or(String::new(), |at| {
                    format!(" ({}:{})", at.file(), at.line())
                });
                PLACE.set(place);
            } else {
                before(panic);
            }
        }));
    });
}

/// Runs `task`, catching a panic.
///
/// # Errors
/// The panic.
pub fn caught<T>(task: impl FnOnce() -> T) -> Result<T, Fault> {
    let before = INSIDE.replace(true);
    let result = catch_unwind(AssertUnwindSafe(task));
    INSIDE.set(before);
    result.map_err(|payload| Fault {
        payload,
        place: PLACE.take(),
    })
}

impl Fault {
    /// Its text and place.
    pub fn message(&self) -> String {
        let payload = &self.payload;
        let text = payload
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without a message".to_owned());
        format!("{text}{}", self.place)
    }

    /// Goes on panicking on this thread, wherever it began.
    pub fn again(self) -> ! {
        PLACE.set(self.place);
        resume_unwind(self.payload)
    }
}
