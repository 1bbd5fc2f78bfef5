//! Compiles one scalar loop for several vector widths and picks the widest at run time.
//!
//! The arithmetic of every path is the same IEEE arithmetic in the same order, without fused
//! operations, so all paths give the same bits; the path changes speed alone.

use std::sync::atomic::{AtomicU8, Ordering};

/// A set of vector instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Path {
    /// What every machine of the architecture has (SSE2 on x86-64).
    Baseline = 1,
    /// 256-bit vectors.
    Avx2 = 2,
    /// 512-bit vectors.
    Avx512 = 3,
}

/// Why a path cannot be forced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DispatchError {
    /// Not a name of a path.
    #[error("unknown instruction path '{0}': use sse2, avx2 or avx512")]
    Unknown(String),
    /// This machine lacks the instructions.
    #[error("this machine cannot run the instruction path {0:?}")]
    Unsupported(Path),
}

/// 0 where nothing is forced.
static FORCED: AtomicU8 = AtomicU8::new(0);

impl Path {
    /// The path named `sse2`, `avx2` or `avx512`.
    ///
    /// # Errors
    /// [`DispatchError::Unknown`] for any other name.
    pub fn parse(name: &str) -> Result<Self, DispatchError> {
        match name {
            "sse2" => Ok(Self::Baseline),
            "avx2" => Ok(Self::Avx2),
            "avx512" => Ok(Self::Avx512),
            _ => Err(DispatchError::Unknown(name.to_owned())),
        }
    }

    /// Whether this machine can run the path.
    #[inline]
    pub fn supported(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        {
            match self {
                Self::Baseline => true,
                Self::Avx2 => is_x86_feature_detected!("avx2"),
                Self::Avx512 => is_x86_feature_detected!("avx512f"),
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            self == Self::Baseline
        }
    }

    /// The widest path of this machine.
    pub fn widest() -> Self {
        [Self::Avx512, Self::Avx2]
            .into_iter()
            .find(|path| path.supported())
            .unwrap_or(Self::Baseline)
    }
}

/// Forces one path for the whole process, or none.
///
/// # Errors
/// [`DispatchError::Unsupported`] where this machine lacks the instructions.
pub fn force(path: Option<Path>) -> Result<(), DispatchError> {
    if let Some(path) = path
        && !path.supported()
    {
        return Err(DispatchError::Unsupported(path));
    }
    FORCED.store(path.map_or(0, |path| path as u8), Ordering::Relaxed);
    Ok(())
}

/// The path that dispatched functions take: the forced one, else the widest. It never names
/// one that this machine lacks.
#[inline]
pub fn chosen() -> Path {
    match FORCED.load(Ordering::Relaxed) {
        1 => Path::Baseline,
        2 => Path::Avx2,
        3 => Path::Avx512,
        _ => Path::widest(),
    }
}

/// Declares a free function whose body is compiled once for each [`Path`]; a call runs the
/// one that [`chosen`] names. Functions called in the body must be `#[inline(always)]`.
///
/// ```
/// leverlab::dispatched! {
///     /// Replaces every element by its exponential.
///     pub fn exponentials(values: &mut [f64]) {
///         for value in values {
///             *value = leverlab::base::math::exp(*value);
///         }
///     }
/// }
/// let mut values = [0.0, 0.0];
/// exponentials(&mut values);
/// assert_eq!(values, [1.0, 1.0]);
/// ```
#[macro_export]
macro_rules! dispatched {
    ($(#[$meta:meta])* $visibility:vis fn $name:ident($($argument:ident: $ty:ty),* $(,)?) $(-> $result:ty)? $body:block) => {
        $(#[$meta])*
        #[allow(clippy::too_many_arguments, clippy::inline_always)]
        $visibility fn $name($($argument: $ty),*) $(-> $result)? {
            #[inline(always)]
            fn scalar($($argument: $ty),*) $(-> $result)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn avx2($($argument: $ty),*) $(-> $result)? { scalar($($argument),*) }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f")]
            fn avx512($($argument: $ty),*) $(-> $result)? { scalar($($argument),*) }

            #[cfg(target_arch = "x86_64")]
            {
                use $crate::base::dispatch::{Path, chosen};
                let path = chosen();
                if path != Path::Baseline {
                    // SAFETY: `chosen` names a path only after the processor itself reported
                    // its instructions; otherwise these are ordinary safe functions.
                    #[allow(unsafe_code)]
                    return unsafe {
                        if path == Path::Avx512 { avx512($($argument),*) } else { avx2($($argument),*) }
                    };
                }
            }
            scalar($($argument),*)
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{math, rng};

    crate::dispatched! {
        fn mixture(values: &[f64], out: &mut [f64]) {
            for (&x, y) in values.iter().zip(out) {
                *y = math::exp(x) - math::ln(math::abs(x)) + math::normal_cdf(x)
                    + math::normal_quantile(math::normal_cdf(x)) * math::normal_pdf(x);
            }
        }
    }

    #[test]
    fn all_paths_give_the_same_bits() {
        let key = rng::Key { seed: 3, run: 1 };
        let ids: Vec<u32> = (0..4099).collect();
        let mut first: Option<Vec<u64>> = None;
        for path in [Path::Baseline, Path::Avx2, Path::Avx512] {
            if !path.supported() {
                assert_eq!(force(Some(path)), Err(DispatchError::Unsupported(path)));
                continue;
            }
            force(Some(path)).unwrap();
            let mut uniforms = vec![0.0; ids.len()];
            rng::fill_uniform(key, &ids, 1, 0, rng::Purpose::Choice, &mut uniforms);
            for u in &mut uniforms {
                *u = 60.0 * (*u - 0.5);
            }
            let mut out = vec![0.0; ids.len()];
            mixture(&uniforms, &mut out);
            let bits: Vec<u64> = out.iter().map(|x| x.to_bits()).collect();
            match &first {
                None => first = Some(bits),
                Some(first) => assert_eq!(first, &bits, "{path:?}"),
            }
        }
        force(None).unwrap();
    }

    #[test]
    fn names_are_parsed() {
        assert_eq!(Path::parse("sse2"), Ok(Path::Baseline));
        assert_eq!(Path::parse("avx512"), Ok(Path::Avx512));
        assert!(Path::parse("neon").is_err());
        assert!(Path::widest().supported() && Path::Baseline.supported());
    }
}
