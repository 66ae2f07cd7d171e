//! A case: its name, the capabilities that it requires, and its function.

use super::context::TestContext;
use super::failure::Outcome;
use super::store::Store;
use crate::task::Lifecycle;
use futures_util::future::BoxFuture;

/// An optional capability of a [`Store`] that some cases require.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capability {
    /// [`Store::resolver`] returns a resolver.
    Resolver,
    /// [`Store::with_lifecycle`] returns a repository.
    Lifecycle,
    /// [`Store::shared`] returns a repository that serves concurrent calls.
    Shared,
    /// [`Store::in_transaction`] is true.
    Transaction,
    /// [`Store::has_unique_ids`] is true.
    UniqueIds,
}

impl Capability {
    /// Whether the store has this capability.
    pub(super) fn is_provided_by(self, store: &dyn Store) -> bool {
        match self {
            Self::Resolver => store.resolver().is_some(),
            Self::Lifecycle => store.with_lifecycle(Lifecycle::any()).is_some(),
            Self::Shared => store.shared().is_some(),
            Self::Transaction => store.in_transaction(),
            Self::UniqueIds => store.has_unique_ids(),
        }
    }
}

impl std::fmt::Display for Capability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Resolver => "a resolver",
            Self::Lifecycle => "lifecycles",
            Self::Shared => "concurrent calls",
            Self::Transaction => "a transaction",
            Self::UniqueIds => "ids that are unique across games",
        })
    }
}

pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) requires: &'static [Capability],
    pub(super) run: for<'s> fn(&'s TestContext<'s>) -> BoxFuture<'s, Outcome>,
}

/// Lists the cases of a module: functions `async fn(&TestContext<'_>) -> Outcome`, each
/// followed by the capabilities that it requires in brackets.
macro_rules! cases {
    ($group:literal: $($case:ident $([$($capability:ident),+])?),+ $(,)?) => {
        pub(super) const CASES: &[$crate::conformance::case::Case] = &[$(
            $crate::conformance::case::Case {
                name: concat!($group, "::", stringify!($case)),
                requires: &[$($($crate::conformance::Capability::$capability),+)?],
                run: |cx| Box::pin($case(cx)),
            }
        ),+];
    };
}
