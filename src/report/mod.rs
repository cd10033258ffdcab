//! What a pack says: CSV files, and the report as data and as PDF.

pub mod csv;
pub mod model;
pub mod pdf;
pub mod sections;
pub mod words;
