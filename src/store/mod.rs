//! What is kept between visits: sealed bytes in, sealed bytes out. It knows no host and no portrait.

pub mod seal;
