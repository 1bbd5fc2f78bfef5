//! Declares a population as equal-length columns with one row type.

/// Declares a row struct and a struct of columns over it.
///
/// Generates `len`, `push(row)`, `row(i)`, `reserve(n)` and `copy_from`, which reuses memory.
#[macro_export]
macro_rules! columns {
    ($(#[$meta:meta])* pub struct $Columns:ident of $(#[$row_meta:meta])* $Row:ident {
        $($(#[$field_meta:meta])* $field:ident: $ty:ty),* $(,)?
    }) => {
        $(#[$row_meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub struct $Row { $($(#[$field_meta])* pub $field: $ty,)* }

        $(#[$meta])*
        #[derive(Debug, Default, PartialEq)]
        pub struct $Columns { $($(#[$field_meta])* pub $field: Vec<$ty>,)* len: usize }

        impl $Columns {
            /// Number of rows.
            pub fn len(&self) -> usize { self.len }
            /// Whether there is no row.
            pub fn is_empty(&self) -> bool { self.len == 0 }
            /// Appends a row and gives its index.
            pub fn push(&mut self, row: $Row) -> usize {
                $(self.$field.push(row.$field);)*
                self.len += 1;
                self.len - 1
            }
            /// The row at `i`.
            pub fn row(&self, i: usize) -> $Row { $Row { $($field: self.$field[i],)* } }
            /// Overwrites the row at `i`.
            pub fn set_row(&mut self, i: usize, row: $Row) { $(self.$field[i] = row.$field;)* }
            /// Makes room for `n` more rows.
            pub fn reserve(&mut self, n: usize) { $(self.$field.reserve(n);)* }
            /// Removes all rows, keeping the memory.
            pub fn clear(&mut self) { $(self.$field.clear();)* self.len = 0; }
        }

        impl Clone for $Columns {
            fn clone(&self) -> Self {
                Self { $($field: self.$field.clone(),)* len: self.len }
            }
            fn clone_from(&mut self, other: &Self) {
                $(self.$field.clone_from(&other.$field);)*
                self.len = other.len;
            }
        }
    };
}
