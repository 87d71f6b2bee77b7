//! A session that ends before all has come: what is lacking is known.

use super::super::wire::{Bytes, Say};
use super::hostile::{Rogue, three};
use super::*;
use crate::store::Parcel;

#[test]
fn what_was_cut_off_behind_its_count_is_known_to_lack() {
    run(async {
        let (owner, boss, _tech) = three().await;
        even(&boss, &owner).await;
        let edit = || note("p-0", "late", "new");
        owner
            .with(move |s| s.commit(&edit()).map(drop))
            .await
            .unwrap();
        let to = boss.id;
        let counts = owner.with(move |s| s.counts_for(&to).unwrap()).await;
        let (mut cut, ended) = Rogue::at(&boss, &owner).await;
        cut.greet(&boss).await;
        let counts = counts.signed.into_iter().map(Bytes).collect();
        cut.say(&Say::Counts(counts)).await;
        cut.send(Parcel::default()).await;
        cut.kept(1).await;
        cut.connection.close(VarInt::from_u32(0), b"gone");
        ended.await.unwrap().unwrap_err();
        let of = owner.id;
        let lacking = move |s: &mut Store| {
            let devices = s.devices().unwrap();
            let one = devices.into_iter().find(|d| d.device == of).unwrap();
            one.not_arrived.map(|n| n.edits > 0)
        };
        assert_eq!(boss.with(lacking).await, Some(true));
        even(&boss, &owner).await;
        assert_eq!(boss.with(lacking).await, None);
    });
}
