//! The script that the tests of the reader break, and what they share.

/// A scenario that is right, one line for each thing that a test breaks.
pub const RIGHT: &str = r#"schema = 1
title = "One meter"
[time]
start = 2018-03-01
horizon = 2019-03-01
[[supplier]]
id = "losing"
[[supplier]]
id = "gaining"
class = "immature"
[[meter]]
id = 1
copies = 1
holder = "losing"
calendar = { period = "daily", offset = "10 min" }
[[switch]]
meter = 1
from = "losing"
to = "gaining"
ssd = 2018-12-01
cos = { send = "78 d" }
[[policy]]
id = "baseline"
[[policy]]
id = "prompt"
adoption = 0.5
use = [{ mitigation = "1" }]
"#;
