//! Ordinary functions that check conservation of money and things.
