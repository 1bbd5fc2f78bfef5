//! What statistics would print, beside what is true.
