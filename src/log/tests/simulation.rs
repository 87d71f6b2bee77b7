//! Placeholder of the simulation module's first lines; see below.
