//! Declares a population as equal-length columns with one row type.

use std::ops::DerefMut;

/// How the columns of a population are held: as memory of their own, or as a part of others'.
pub trait Hold {
    /// One column.
    type Column<T: Copy + Send + Sync + 'static>: DerefMut<Target = [T]> + Send + Sync;
}

/// Columns that own their memory and may grow.
#[derive(Clone, Copy, Debug)]
pub enum Owned {}

impl Hold for Owned {
    type Column<T: Copy + Send + Sync + 'static> = Vec<T>;
}

/// Columns that are a run of rows of others: what one thread may change while others change the
/// rest (see [`super::blocks`]).
#[derive(Clone, Copy, Debug)]
pub struct Lent<'a>(std::marker::PhantomData<&'a ()>);

impl<'a> Hold for Lent<'a> {
    type Column<T: Copy + Send + Sync + 'static> = &'a mut [T];
}

/// Declares a row struct and a struct of columns over it.
///
/// Generates `len`, `blank(n, more)`, `push(row)`, `grow(n)`, `row(i)`, `set_row(i, row)`, `set_rows(listed, rows)`,
/// `reserve(n)`, a copy that reuses memory, and `lend`, which gives all rows as [`Lent`] columns that
/// part at a row. Functions that change rows but add
/// none take either: `fn act<H: Hold>(firms: &mut Firms<H>)`.
///
/// ```
/// use leverlab::base::blocks::Part;
/// leverlab::columns! {
///     /// People.
///     pub struct People of
///     /// A person.
///     Person {
///         /// Age.
///         age: u8,
///     }
/// }
/// let mut people = People::default();
/// for age in [30, 40, 50] {
///     people.push(Person { age });
/// }
/// let (first, rest) = people.lend().part(1);
/// assert_eq!((&*first.age, rest.len()), (&[30][..], 2));
/// people.grow(1);
/// people.set_rows(&[0, 3], &[Person { age: 31 }, Person { age: 60 }]);
/// assert_eq!(people.age, [31, 40, 50, 60]);
/// ```
#[macro_export]
macro_rules! columns {
    ($(#[$meta:meta])* pub struct $Columns:ident of $(#[$row_meta:meta])* $Row:ident {
        $($(#[$field_meta:meta])* $field:ident: $ty:ty),* $(,)?
    }) => {
        $(#[$row_meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub struct $Row { $($(#[$field_meta])* pub $field: $ty,)* }

        $(#[$meta])*
        pub struct $Columns<H: $crate::base::columns::Hold = $crate::base::columns::Owned> {
            $($(#[$field_meta])* pub $field: H::Column<$ty>,)*
            len: usize,
        }

        impl<H: $crate::base::columns::Hold> $Columns<H> {
            /// Number of rows.
            pub fn len(&self) -> usize { self.len }
            /// Whether there is no row.
            pub fn is_empty(&self) -> bool { self.len == 0 }
            /// The row at `i`.
            pub fn row(&self, i: usize) -> $Row { $Row { $($field: self.$field[i],)* } }
            /// Overwrites the row at `i`.
            pub fn set_row(&mut self, i: usize, row: $Row) { $(self.$field[i] = row.$field;)* }
            /// Overwrites the rows listed, a column at a time, so that many stores are under way
            /// at once.
            pub fn set_rows(&mut self, listed: &[u32], rows: &[$Row]) {
                $(for (&i, row) in listed.iter().zip(rows) {
                    self.$field[i as usize] = row.$field;
                })*
            }
        }

        impl $Columns {
            /// `n` rows to be written later, with room for `more`, in memory that nobody has
            /// touched yet.
            pub fn blank(n: usize, more: usize) -> Self {
                $(
                    let mut $field = vec![<$ty>::default(); n + more];
                    $field.truncate(n);
                )*
                Self { $($field,)* len: n }
            }
            /// Appends a row and gives its index.
            pub fn push(&mut self, row: $Row) -> usize {
                $(self.$field.push(row.$field);)*
                self.len += 1;
                self.len - 1
            }
            /// Appends `n` rows to be written later.
            pub fn grow(&mut self, n: usize) {
                self.len += n;
                $(self.$field.resize(self.len, <$ty>::default());)*
            }
            /// Makes room for `n` more rows.
            pub fn reserve(&mut self, n: usize) { $(self.$field.reserve(n);)* }
            /// Removes all rows, keeping the memory.
            pub fn clear(&mut self) { $(self.$field.clear();)* self.len = 0; }
            /// All rows, to change them in parts.
            pub fn lend(&mut self) -> $Columns<$crate::base::columns::Lent<'_>> {
                $Columns { $($field: &mut self.$field,)* len: self.len }
            }
        }

        impl $crate::base::blocks::Part for $Columns<$crate::base::columns::Lent<'_>> {
            fn rows(&self) -> usize { self.len }
            fn part(self, row: usize) -> (Self, Self) {
                $(let $field = self.$field.split_at_mut(row);)*
                (
                    Self { $($field: $field.0,)* len: row },
                    Self { $($field: $field.1,)* len: self.len - row },
                )
            }
        }

        impl Default for $Columns {
            fn default() -> Self {
                Self { $($field: Vec::new(),)* len: 0 }
            }
        }

        impl std::fmt::Debug for $Columns {
            fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.debug_struct(stringify!($Columns))
                    $(.field(stringify!($field), &self.$field))*
                    .finish()
            }
        }

        impl PartialEq for $Columns {
            fn eq(&self, other: &Self) -> bool {
                self.len == other.len $(&& self.$field == other.$field)*
            }
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
