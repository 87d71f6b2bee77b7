//! The sample team on the screens of this program: what its story tells about one person and the framework.

use super::*;
use common::sample;

fn shown(size: (u16, u16)) -> Drive {
    Drive::new(Arc::new(sample::team()), size)
}

#[test]
fn one_thing_is_missing_and_booked() {
    for size in SIZES {
        let mut d = shown(size);
        d.keys(":");
        typed(&mut d, "Dilys Hartnoll");
        d.keys("enter");
        assert!(
            d.line_with("missing:")
                .contains("booked 3 Feb 2027  →  then ready now")
        );
        insta::assert_snapshot!(format!("sample_person_{}x{}", size.0, size.1), d.snapshot());
    }
}

#[test]
fn the_framework_has_its_inherited_cells() {
    for size in SIZES {
        let mut d = shown(size);
        d.keys("g f");
        let inherited = d
            .state
            .team
            .framework
            .cells
            .iter()
            .filter(|c| c.inherits.is_some())
            .count();
        let signs: usize = d
            .lines()
            .iter()
            .filter_map(|l| l.split('│').nth(1).map(str::to_owned))
            .filter(|l| !l.starts_with('τ'))
            .map(|l| l.matches(['=', '+']).count())
            .sum();
        assert_eq!(signs, inherited);
        assert_eq!(d.state.team.framework.cells.len(), 99);
        insta::assert_snapshot!(
            format!("sample_framework_{}x{}", size.0, size.1),
            d.snapshot()
        );
    }
}
