//! Membership against a model, by its properties, and through the command line.

mod model;
mod random;
