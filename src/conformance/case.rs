//! Cases: their names, what they need, and how they are listed.

use super::failure::Outcome;
use super::stage::Stage;
use super::store::Store;
use crate::task::Lifecycle;
use futures_util::future::BoxFuture;

/// What a case needs that not every store has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Need {
    /// [`Store::resolver`].
    Resolver,
    /// [`Store::with_lifecycle`].
    Lifecycle,
    /// [`Store::shared`]: several connections.
    Shared,
    /// [`Store::in_transaction`].
    Transaction,
    /// [`Store::has_unique_ids`].
    UniqueIds,
}

impl Need {
    /// Whether the store has it.
    pub(super) fn is_met_by(self, store: &dyn Store) -> bool {
        match self {
            Self::Resolver => store.resolver().is_some(),
            Self::Lifecycle => store.with_lifecycle(Lifecycle::any()).is_some(),
            Self::Shared => store.shared().is_some(),
            Self::Transaction => store.in_transaction(),
            Self::UniqueIds => store.has_unique_ids(),
        }
    }
}

impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Resolver => "a resolver",
            Self::Lifecycle => "lifecycles",
            Self::Shared => "several connections",
            Self::Transaction => "a transaction",
            Self::UniqueIds => "ids that are unique in all games",
        })
    }
}

pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) needs: &'static [Need],
    pub(super) play: for<'s> fn(&'s Stage<'s>) -> BoxFuture<'s, Outcome>,
}

/// The cases of a module, each a function `async fn(&Stage<'_>) -> Outcome`, and in brackets
/// what it needs.
macro_rules! cases {
    ($group:literal: $($case:ident $([$($need:ident),+])?),+ $(,)?) => {
        pub(super) const CASES: &[$crate::conformance::case::Case] = &[$(
            $crate::conformance::case::Case {
                name: concat!($group, "::", stringify!($case)),
                needs: &[$($($crate::conformance::Need::$need),+)?],
                play: |stage| Box::pin($case(stage)),
            }
        ),+];
    };
}
