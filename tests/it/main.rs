//! One integration binary: every file of this folder is a module here.

mod command_line;
