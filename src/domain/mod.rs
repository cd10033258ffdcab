//! The nouns that every room shares: money, quantities, dates, keys. Knows nobody.

pub mod allocate;
pub mod decimal;
pub mod hash;
pub mod key;
pub mod money;
pub mod parallel;
pub mod quarter;

pub use allocate::allocate;
pub use decimal::plain_decimal;
pub use key::Dimension;
pub use money::{Money, MoneyError};
pub use quarter::{Quarter, QuarterId};
