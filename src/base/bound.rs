//! Binds typed `f64` fields to catalogue paths, so that a lever or a parameter is
//! declared once in Rust and once in the evidence, and a test holds both sets equal.

/// A struct of `f64` fields, each bound to a catalogue path.
pub trait Bound: Sized {
    /// Appends the paths of all fields, in order of declaration.
    fn paths(out: &mut Vec<&'static str>);
    /// Builds the struct by asking for the value of each path in turn.
    fn build(value: &mut dyn FnMut(&'static str) -> f64) -> Self;
    /// Appends the values of all fields, in order of declaration.
    fn values(&self, out: &mut Vec<f64>);
    /// Sets every field from `values`, in order of declaration; gives back the rest.
    fn assign<'a>(&mut self, values: &'a [f64]) -> &'a [f64];
}

/// Declares a family: a struct of `f64` fields whose paths are `family.field`.
///
/// ```
/// leverlab::family! {
///     /// Corporate taxes.
///     pub struct Tax in "tax" {
///         /// Super-deduction on R&D cost \[share\].
///         super_deduction_general,
///     }
/// }
/// ```
#[macro_export]
macro_rules! family {
    ($(#[$meta:meta])* pub struct $Name:ident in $family:literal {
        $($(#[$field_meta:meta])* $field:ident),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $Name {
            $($(#[$field_meta])* pub $field: f64,)*
        }
        impl $crate::base::bound::Bound for $Name {
            #[allow(unused_variables)]
            fn paths(out: &mut Vec<&'static str>) {
                $(out.push(concat!($family, ".", stringify!($field)));)*
            }
            #[allow(unused_variables)]
            fn build(value: &mut dyn FnMut(&'static str) -> f64) -> Self {
                Self { $($field: value(concat!($family, ".", stringify!($field))),)* }
            }
            #[allow(unused_variables)]
            fn values(&self, out: &mut Vec<f64>) {
                $(out.push(self.$field);)*
            }
            #[allow(unused_mut)]
            fn assign<'a>(&mut self, values: &'a [f64]) -> &'a [f64] {
                let mut rest = values;
                $(self.$field = rest[0]; rest = &rest[1..];)*
                rest
            }
        }
    };
}

/// Declares a tree: a struct whose fields are families, walked in order.
#[macro_export]
macro_rules! families {
    ($(#[$meta:meta])* pub struct $Name:ident {
        $($(#[$field_meta:meta])* $field:ident: $Family:ty),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $Name {
            $($(#[$field_meta])* pub $field: $Family,)*
        }
        impl $crate::base::bound::Bound for $Name {
            fn paths(out: &mut Vec<&'static str>) {
                $(<$Family as $crate::base::bound::Bound>::paths(out);)*
            }
            fn build(value: &mut dyn FnMut(&'static str) -> f64) -> Self {
                Self { $($field: $crate::base::bound::Bound::build(value),)* }
            }
            fn values(&self, out: &mut Vec<f64>) {
                $($crate::base::bound::Bound::values(&self.$field, out);)*
            }
            fn assign<'a>(&mut self, values: &'a [f64]) -> &'a [f64] {
                let rest = values;
                $(let rest = $crate::base::bound::Bound::assign(&mut self.$field, rest);)*
                rest
            }
        }
    };
}
