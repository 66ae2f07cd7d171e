//! stub
use super::*;
/// stub
#[derive(Debug, Clone, Default)]
pub struct InMemoryTaskRepository;
