//! Which of the allowed words somebody most likely meant.

/// Something that could have been meant: its id and what people call it.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// What has to be written.
    pub(super) id: String,
    /// Other words for it: name, short label, code.
    pub(super) labels: Vec<String>,
}

/// The likely ones, best first, at most three.
pub(super) fn nearest<'a>(given: &str, candidates: &'a [Candidate]) -> Vec<&'a str> {
    let given = letters(given);
    if given.is_empty() {
        return Vec::new();
    }
    let mut scored: Vec<(u32, &str)> = candidates
        .iter()
        .filter_map(|candidate| {
            let best = std::iter::once(&candidate.id)
                .chain(&candidate.labels)
                .map(|label| distance(&given, label))
                .min()?;
            (best <= 50).then_some((best, candidate.id.as_str()))
        })
        .collect();
    scored.sort_unstable();
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(3).map(|(_, id)| id).collect()
}

/// The end of a message: what was most likely meant, and what is allowed if that is short enough to print.
pub(super) fn advice(given: &str, candidates: &[Candidate]) -> String {
    let near = nearest(given, candidates);
    let mut text = match near.as_slice() {
        [] => String::new(),
        [one] => format!("; did you mean {one}?"),
        [first @ .., last] => format!("; did you mean {} or {last}?", first.join(", ")),
    };
    if candidates.is_empty() {
        text.push_str("; there is none yet");
    } else if candidates.len() <= 24 {
        let all: Vec<&str> = candidates.iter().map(|c| c.id.as_str()).collect();
        text.push_str(if near.is_empty() {
            "; allowed: "
        } else {
            " Allowed: "
        });
        text.push_str(&all.join(", "));
    }
    text
}

fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .take(60)
        .collect()
}

/// How far two words are apart, 0 to 100 and more. Initials count as near: "H&S" is near "Health, Safety and Wellbeing".
fn distance(given: &str, label: &str) -> u32 {
    let word = letters(label);
    if word == given {
        return 0;
    }
    let initials: String = label
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| {
            !w.is_empty() && !matches!(w.to_lowercase().as_str(), "and" | "of" | "the" | "or")
        })
        .filter_map(|w| w.chars().next())
        .flat_map(char::to_lowercase)
        .collect();
    if given.chars().count() >= 2 && initials.starts_with(given) {
        return 10;
    }
    if given.chars().count() >= 3 && (word.starts_with(given) || given.starts_with(&word)) {
        return 15;
    }
    if given.chars().count() >= 4 && word.contains(given) {
        return 20;
    }
    let longest = given.chars().count().max(word.chars().count()).max(1);
    let edits = levenshtein(given, &word);
    u32::try_from(edits * 100 / longest).unwrap_or(100)
}

fn levenshtein(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(id: &str, labels: &[&str]) -> Candidate {
        Candidate {
            id: id.to_owned(),
            labels: labels.iter().map(|&l| l.to_owned()).collect(),
        }
    }

    #[test]
    fn initials_and_slips_are_understood() {
        let all = [
            candidate(
                "safety",
                &["Safety and Wellbeing", "Health, Safety and Wellbeing"],
            ),
            candidate("service-delivery", &["Service Delivery"]),
            candidate("budget", &["Budget Management"]),
        ];
        assert_eq!(nearest("H&S", &all), ["safety"]);
        assert_eq!(nearest("bugdet", &all), ["budget"]);
        assert_eq!(nearest("Service", &all), ["service-delivery"]);
        assert_eq!(nearest("zzzzzzzz", &all), Vec::<&str>::new());
        assert!(advice("zzzzzzzz", &all).contains("allowed: safety"));
    }
}
