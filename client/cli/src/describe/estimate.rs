//! What a job would cost and need, and what stands in its way.

use super::{duration, market, Description};
use crate::output::lines;
use neurodata_chain::{amount::format_nrc, Balance, BlockNumber, JobEstimate, JobRequest, MarketRules};
use neurodata_primitives::OfferId;
use serde_json::{json, Value};

/// A job that may be posted.
#[derive(Clone, Debug)]
pub struct Prospect {
    /// What would be asked for.
    pub request: JobRequest,
    /// What the chain reckons for it. Where the request breaks a limit, it was asked for the nearest that does not.
    pub estimate: JobEstimate,
    /// The best offer at any price, if none at the request's price would take it: its unit price and its price of the
    /// whole job.
    pub dearer: Option<(OfferId, Balance, Balance)>,
    /// Parameters of the market.
    pub rules: MarketRules,
    /// What the owner has at its disposal, in plancks.
    pub free: Balance,
}

/// Something that stands in a job's way.
struct Obstacle {
    name: &'static str,
    /// Whether the chain would refuse the job.
    refused: bool,
    text: String,
}

impl Prospect {
    /// What moves from the owner's account when it is posted, in plancks.
    fn needed(&self) -> Balance {
        self.estimate.escrow.saturating_add(self.estimate.deposit)
    }

    fn obstacles(&self) -> Vec<Obstacle> {
        let Self { request, estimate, dearer, rules, free } = self;
        let mut found = Vec::new();
        let mut note = |name, refused, text| found.push(Obstacle { name, refused, text });
        if request.max_unit_price < rules.min_unit_price {
            let [asked, least] = [request.max_unit_price, rules.min_unit_price].map(format_nrc);
            note(
                "below-floor",
                true,
                format!("{asked} a unit is below the market's floor, {least}: raise --max-unit-price"),
            );
        }
        let (given, least, most) = (request.deliver_within, estimate.min_deliver_within, rules.max_deliver_within);
        if given < least {
            note("too-short", true, format!("{given} blocks are too few, it needs {least}: raise --deliver-within"));
        } else if given > most {
            note("too-long", true, format!("{given} blocks are too many, {most} is the most: lower --deliver-within"));
        }
        let needed = self.needed();
        if needed > *free {
            let missing = format_nrc(needed.saturating_sub(*free));
            note(
                "funds",
                true,
                format!(
                    "escrow and deposit are {}, but the account has {}: it lacks {missing}",
                    format_nrc(needed),
                    format_nrc(*free)
                ),
            );
        }
        match (estimate.best, dearer) {
            (Some(_), _) => {}
            (None, Some((offer, unit_price, _))) => note(
                "too-cheap",
                false,
                format!(
                    "every offer that fits costs more; the best one is offer {offer} at {} a unit: raise \
                     --max-unit-price, or wait for a cheaper one",
                    format_nrc(*unit_price)
                ),
            ),
            (None, None) => note(
                "no-offer",
                false,
                "no offer of such a machine can take it now, at any price: they are taken, or their bonds are too small; \
                 the job would wait for one"
                    .into(),
            ),
        }
        found
    }

    /// Why the chain would refuse the job as it stands; `None` if it would take it.
    pub fn refusal(&self) -> Option<String> {
        let all: Vec<String> =
            self.obstacles().into_iter().filter(|found| found.refused).map(|found| found.text).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

fn offer_value((offer, unit_price, price): (OfferId, Balance, Balance)) -> Value {
    json!({ "offer": offer, "unit_price": unit_price.to_string(), "price": price.to_string() })
}

fn blocks(count: BlockNumber) -> String {
    format!("{count} blocks ({})", duration(count))
}

/// What a job would cost and need, and what stands in its way.
pub fn estimate(prospect: &Prospect) -> Description {
    let Prospect { request, estimate, dearer, rules, free } = prospect;
    let JobEstimate { work_units, class, training_price, escrow, deposit, min_deliver_within, best } = estimate;
    let offer = |(offer, unit_price, price): (OfferId, Balance, Balance)| {
        format!("offer {offer} at {} a unit: {} for the whole job", format_nrc(unit_price), format_nrc(price))
    };
    let mut pairs = vec![
        ("dataset", request.dataset.to_string()),
        ("work units", work_units.to_string()),
        ("machine", market::required_class(&request.requirements, *class)),
        ("price of the data", format_nrc(*training_price)),
        ("highest price of a unit", format_nrc(request.max_unit_price)),
        ("escrow", format!("{}, of which what is not needed comes back", format_nrc(*escrow))),
        ("deposit", format!("{}, which comes back when the record is removed", format_nrc(*deposit))),
        ("best offer now", best.map_or_else(|| "none".into(), offer)),
        ("shortest delivery", blocks(*min_deliver_within)),
        ("delivery asked for", blocks(request.deliver_within)),
        ("account has", format_nrc(*free)),
    ];
    let obstacles = prospect.obstacles();
    for Obstacle { refused, text, .. } in &obstacles {
        pairs.push((if *refused { "REFUSED" } else { "would wait" }, text.clone()));
    }
    let value = json!({
        "dataset": request.dataset,
        "work_units": work_units,
        "class": market::class(*class).value,
        "requirements": request.requirements,
        "training_price": training_price.to_string(),
        "max_unit_price": request.max_unit_price.to_string(),
        "min_unit_price": rules.min_unit_price.to_string(),
        "escrow": escrow.to_string(),
        "deposit": deposit.to_string(),
        "free": free.to_string(),
        "best": best.map(offer_value),
        "dearer": dearer.map(offer_value),
        "min_deliver_within": min_deliver_within,
        "max_deliver_within": rules.max_deliver_within,
        "deliver_within": request.deliver_within,
        "obstacles": obstacles.iter().map(|found| {
            json!({ "name": found.name, "refused": found.refused, "text": found.text })
        }).collect::<Vec<_>>(),
    });
    Description { text: lines(&pairs), value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::describe::{job::tests::request, round::tests::rules};

    fn prospect() -> Prospect {
        let request = request();
        let estimate = JobEstimate {
            work_units: 632,
            class: request.requirements.required_class().unwrap(),
            training_price: 100,
            escrow: 1_264_100,
            deposit: 10,
            min_deliver_within: 21,
            best: Some((OfferId::new(3), 1_500, 948_000)),
        };
        Prospect { request, estimate, dearer: None, rules: rules(), free: 1_264_110 }
    }

    fn obstacles(prospect: &Prospect) -> Vec<(String, bool)> {
        let shown = estimate(prospect);
        let listed = shown.value["obstacles"].as_array().unwrap().clone();
        for found in &listed {
            assert!(shown.text.contains(found["text"].as_str().unwrap()), "{}", shown.text);
        }
        listed.iter().map(|found| (found["name"].as_str().unwrap().into(), found["refused"] == true)).collect()
    }

    #[test]
    fn a_job_that_can_be_posted_shows_its_price_and_best_offer() {
        let prospect = prospect();
        let Description { text, value } = estimate(&prospect);
        assert_eq!((obstacles(&prospect), prospect.refusal()), (vec![], None));
        assert_eq!(value["best"], json!({ "offer": 3, "unit_price": "1500", "price": "948000" }));
        assert_eq!((&value["escrow"], &value["work_units"]), (&json!("1264100"), &json!(632)));
        assert!(text.contains("offer 3 at 0.0000000015 NRC a unit") && text.contains("21 blocks (63 s)"), "{text}");
    }

    #[test]
    fn each_obstacle_is_named_with_what_to_do() {
        let mut low = prospect();
        low.request.max_unit_price = 999;
        assert_eq!(obstacles(&low), [("below-floor".into(), true)]);
        assert!(low.refusal().unwrap().contains("raise --max-unit-price"));
        let mut short = prospect();
        short.request.deliver_within = 20;
        assert_eq!(obstacles(&short), [("too-short".into(), true)]);
        let mut long = prospect();
        long.request.deliver_within = 10_001;
        assert_eq!(obstacles(&long), [("too-long".into(), true)]);
        let poor = Prospect { free: 1_264_109, ..prospect() };
        assert_eq!(obstacles(&poor), [("funds".into(), true)]);
        assert!(poor.refusal().unwrap().contains("it lacks 0.000000000001 NRC"), "{:?}", poor.refusal());
    }

    #[test]
    fn a_job_that_would_wait_is_not_refused() {
        let mut cheap = prospect();
        cheap.estimate.best = None;
        cheap.dearer = Some((OfferId::new(4), 3_000, 1_896_000));
        assert_eq!((obstacles(&cheap), cheap.refusal()), (vec![("too-cheap".into(), false)], None));
        assert!(estimate(&cheap).text.contains("offer 4 at 0.000000003 NRC"));
        cheap.dearer = None;
        assert_eq!((obstacles(&cheap), cheap.refusal()), (vec![("no-offer".into(), false)], None));
    }

    #[test]
    fn several_obstacles_are_all_named() {
        let mut all = prospect();
        (all.request.max_unit_price, all.request.deliver_within, all.free) = (1, 1, 1);
        all.estimate.best = None;
        assert_eq!(obstacles(&all).len(), 4);
        assert_eq!(all.refusal().unwrap().matches(": ").count(), 3);
    }
}
