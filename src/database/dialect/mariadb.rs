//! MariaDB.

use super::quoted_with;

pub(super) fn quote(name: &str) -> String {
    quoted_with('`', name)
}
