//! Takes the locks, fetches rules and facts, asks the gate, records, commits, hands to the mint: the only place that sees a Clearance.
