//! stub
/// stub
#[derive(Debug)]
pub struct SeaOrmTaskRepository;
