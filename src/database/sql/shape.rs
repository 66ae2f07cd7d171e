//! Texts that are built once: those of the statements that are sent again and again.

use crate::task::{Caller, TaskKey, TaskScope};
use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};
use std::sync::{Arc, PoisonError, RwLock};

/// What the text of such a statement depends on, besides the names. The values that it binds do
/// not matter to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    call: &'static str,
    key: Option<Discriminant<TaskKey>>,
    caller: Option<Discriminant<Caller>>,
    /// Which optional parts it has, each by how many values.
    parts: [u8; 8],
}

impl Shape {
    /// `None` for scopes that are rare, or of which the value matters.
    pub(crate) fn of(call: &'static str, scope: &TaskScope) -> Option<Self> {
        let caller = match scope.callers() {
            [] => None,
            [caller @ Caller::ApiKey(key)] if !key.as_str().contains('\0') => Some(caller),
            [caller @ Caller::OauthUser(user)] if !user.as_str().contains('\0') => Some(caller),
            _ => return None,
        };
        Some(Self { call, key: None, caller: caller.map(discriminant), parts: [0; 8] })
    }

    pub(crate) fn by(self, key: &TaskKey) -> Self {
        Self { key: Some(discriminant(key)), ..self }
    }

    /// `None` where there are so many that hardly a statement is like another.
    pub(crate) fn with(mut self, counts: [usize; 8]) -> Option<Self> {
        for (part, count) in self.parts.iter_mut().zip(counts) {
            *part = u8::try_from(count).ok()?;
        }
        Some(self)
    }
}

/// So many texts are kept; the others are built anew each time.
const MOST_TEXTS: usize = 256;

/// The texts that were built, of one database and one games table.
#[derive(Debug, Default)]
pub(crate) struct Texts(RwLock<HashMap<Shape, Arc<str>>>);

impl Texts {
    pub(super) fn get(&self, shape: Shape) -> Option<Arc<str>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&shape).cloned()
    }

    pub(super) fn keep(&self, shape: Shape, text: &str) {
        let mut texts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if texts.len() < MOST_TEXTS {
            texts.insert(shape, text.into());
        }
    }
}
