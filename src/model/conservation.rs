//! The conservation laws of the model: every funnel and every breakdown of a ledger adds up.

use super::ages::Milestone;
use super::labels::{AlertClass, Channel, Device, Path, ReadKind, ReadStage, Stage, Standing};
use super::ledger::{CaseSums, Ledger};
use super::sums::sum;
use crate::engine::table::By;

impl Ledger {
    /// Checks the conservation laws of the model.
    ///
    /// # Errors
    /// The first law that does not hold, in words.
    pub fn check_conservation(&self) -> Result<(), String> {
        for class in AlertClass::ALL {
            for standing in Standing::ALL {
                let at = |stage: Stage| self.alerts[*class][*standing][stage];
                let device = class.is_of_device();
                let arrived = at(Stage::Delivered) + at(Stage::Held) + at(Stage::Lost);
                let laws = [
                    (
                        !device || at(Stage::Emitted) == at(Stage::LostOnAir) + at(Stage::Carried),
                        "emitted = lost on air + carried",
                    ),
                    (
                        !device || at(Stage::Carried) == at(Stage::Blocked) + arrived,
                        "carried = blocked + delivered + held + lost",
                    ),
                    (
                        device || at(Stage::Emitted) == at(Stage::Blocked) + arrived,
                        "emitted = blocked + delivered + held + lost",
                    ),
                    (
                        at(Stage::Delivered) == at(Stage::Retained) + at(Stage::Discarded),
                        "delivered = retained + discarded",
                    ),
                ];
                for (holds, law) in laws {
                    if !holds {
                        return Err(format!(
                            "{law} broken for {} alerts to a {} supplier",
                            class.name(),
                            standing.name()
                        ));
                    }
                }
            }
        }
        self.check_reads()?;
        if self.at_start + self.opened != self.closed.values().sum::<u64>() + self.open {
            return Err("cases at the start + opened = closed + open broken".into());
        }
        for milestone in Milestone::ALL {
            if self.waits.total(*milestone) != self.opened {
                return Err(format!("cases by time to {} = cases opened broken", milestone.name()));
            }
        }
        self.check_breakdowns()
    }

    /// The funnel of reads, and the agreement of pushed reads with their alerts.
    fn check_reads(&self) -> Result<(), String> {
        for kind in ReadKind::ALL {
            for path in Path::ALL {
                let at = |stage: ReadStage| self.reads[*kind][*path][stage];
                let stopped = at(ReadStage::LostOnAir) + at(ReadStage::Blocked);
                let arrived = at(ReadStage::Held) + at(ReadStage::Lost) + at(ReadStage::Delivered);
                let reads = || format!("{} reads by {}", kind.name(), path.name());
                if at(ReadStage::Emitted) != stopped + arrived {
                    let law = "emitted = lost on air + blocked + held + lost + delivered";
                    return Err(format!("{law} broken for {}", reads()));
                }
                if at(ReadStage::Retained) > at(ReadStage::Delivered) {
                    return Err(format!("more {} retained than delivered", reads()));
                }
            }
        }
        for stage in Stage::ALL {
            let Some(of_read) = ReadStage::of(*stage) else { continue };
            let reads = self.reads.values().map(|by_path| by_path[Path::Push][of_read]);
            if reads.sum::<u64>() != self.alerts_at(AlertClass::Read, *stage) {
                return Err(format!("pushed reads {0} = read alerts {0} broken", stage.name()));
            }
        }
        Ok(())
    }

    /// Every breakdown adds up to its total.
    fn check_breakdowns(&self) -> Result<(), String> {
        let total = CaseSums {
            cases: self.opened,
            exposure: self.exposure,
            unwanted: self.unwanted(),
            supply_risk: self.supply_risk,
        };
        let by_pair = sum(self.pairs.each().map(|(_, sums)| sums));
        for (sum, by) in [
            (sum(self.causes.values().flat_map(By::values)), "cause"),
            (sum(self.kinds.values()), "kind"),
            (by_pair, "pair of suppliers"),
        ] {
            if sum != total {
                return Err(format!("counts by {by} add up to {sum:?}, not {total:?}"));
            }
        }
        let received = sum(&self.addressees);
        if received != total.unwanted {
            return Err(format!("counts by addressee add up to {received:?}, not {:?}", total.unwanted));
        }
        if self.exposure_of.values().sum::<u64>() != self.exposure {
            return Err("exposure by device = exposure broken".into());
        }
        if self.supply_risk.seconds > self.exposure_of[Device::Meter] {
            return Err("supply risk ≤ exposure of meters broken".into());
        }
        let channels = [
            (Channel::LeakedPush, total.unwanted.pushed),
            (Channel::LeakedPull, total.unwanted.pulled),
            (Channel::E4, total.unwanted.e4),
        ];
        for (channel, total) in channels {
            let sum = self.bins.total(channel);
            if sum != total {
                return Err(format!("bins of {} add up to {sum}, not {total}", channel.name()));
            }
        }
        Ok(())
    }
}
