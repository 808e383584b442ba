//! Each file in `forgeries` tries to get a clearance without the gate, and must not compile, for the reason that its
//! `.stderr` names. The control is the honest way and must compile, so that none of them fails for want of a name.

#[test]
fn a_clearance_cannot_be_forged() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/forgeries/control.rs");
    cases.compile_fail("tests/forgeries/fail_*.rs");
}

/// `fail_transmute` shows what the lint does; this shows that every crate of the workspace is under it.
#[test]
fn unsafe_code_is_forbidden_in_the_whole_workspace() {
    let (workspace, gate) = (include_str!("../../Cargo.toml"), include_str!("../Cargo.toml"));
    assert!(workspace.contains("\n[workspace.lints.rust]\nunsafe_code = \"forbid\"\n"));
    for manifest in [workspace, gate] {
        assert!(manifest.contains("\n[lints]\nworkspace = true\n"));
    }
}
