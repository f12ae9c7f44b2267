//! What may be seen and done, held against a second model of it: `model`, written from the issue and sharing nothing with
//! `policy`. In process over every fact there is, over the interface and the pages on both engines, and in the races.

mod asking;
mod decisions;
mod doing;
mod enemy;
mod held;
mod hidden;
mod model;
mod random;
mod routes;
mod stage;
mod surface;
mod timing;
