//! Membership against a model, by its properties, and through the command line.

mod command;
mod golden;
mod model;
mod properties;
mod random;
