//! One test binary: the real program on the embedded book, on broken books, and the rules' properties.

mod bad_books;
mod command;
mod exceptions;
mod exports;
mod faults;
mod golden;
mod init;
mod layouts;
mod many_skus;
mod posted;
mod properties;
mod random_books;
mod rules_companion;
mod scenarios;
mod support;
mod tables;
mod tidy;
mod workbook;
