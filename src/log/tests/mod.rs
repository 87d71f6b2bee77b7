//! Scenes of what goes wrong between devices, in every order in which it can become known.

mod forks;
mod owner;
mod removals;
mod simulation;
pub mod world;
