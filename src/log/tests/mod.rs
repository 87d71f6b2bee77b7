//! Scenes of what goes wrong between devices, in every order in which it can become known.

pub mod carried;
mod forks;
mod owner;
mod removals;
mod simulation;
pub mod world;
