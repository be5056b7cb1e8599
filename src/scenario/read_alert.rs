//! What kind of device alert a line of a script or a market means.

use super::diagnostics::Sink;
use super::table::Table;
use crate::model::plan::BILLING_DATA_LOG_UPDATED;

/// `code` and `class` of a device alert other than a pushed read: its code, and whether it is critical.
pub(super) fn alert_kind(table: &mut Table<'_, '_>, sink: &mut Sink) -> Option<(u16, bool)> {
    let code_value = table.required("code", "\"0x8F3F\"", sink);
    let code = code_value.as_ref().and_then(|v| v.code(sink));
    let classes = [("critical", true), ("non-critical", false)];
    let critical = table.required("class", "\"critical\"", sink).and_then(|v| v.one_of(&classes, sink));
    if code? == BILLING_DATA_LOG_UPDATED {
        return code_value?.refuse("another code than 0x8F0A", "pushed reads come from `calendar`", sink);
    }
    Some((code?, critical?))
}
