//! The two sample relying parties and the throw-away deployment around them.
