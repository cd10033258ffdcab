//! One test binary: the real program on the embedded book, on broken books, under scenarios, and the rules' properties.

mod bad_books;
mod command;
mod golden;
mod properties;
mod scenarios;
mod support;
mod tidy;
