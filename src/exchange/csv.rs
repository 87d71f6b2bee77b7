//! CSV with physical line numbers: each field knows the line on which it begins, also after comments, blank lines and quoted line breaks.
//!
//! Written here since the usual reader forgives what a person has to be told: it takes an open quotation mark as the rest of the file and
//! text behind a closed one as part of the field, gives a record the line of the comment before it and a field none at all, and does not
//! tell quoted blanks, which are kept, from others, which are not.

/// A field and the line on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Its text; unquoted fields are trimmed.
    pub(super) text: String,
    /// Physical line, from 1.
    pub(super) line: u32,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Line on which it begins.
    pub(super) line: u32,
    /// Its fields.
    pub(super) fields: Vec<Field>,
}

/// Reads records; what cannot be read is returned as (line, message) beside what could. Lines that begin with `#` and blank lines
/// are passed over; both kinds of line end are taken.
pub(super) fn read(text: &str) -> (Vec<Row>, Vec<(u32, String)>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        rest: text,
        line: 1,
    };
    let mut rows = Vec::new();
    let mut problems = Vec::new();
    while !reader.rest.is_empty() {
        let first = reader.rest.lines().next().unwrap_or_default();
        if first.starts_with('#') || first.trim().is_empty() {
            reader.skip_line();
            continue;
        }
        match reader.row() {
            Ok(row) => rows.push(row),
            Err(problem) => {
                problems.push(problem);
                reader.skip_line();
            }
        }
    }
    (rows, problems)
}

struct Reader<'a> {
    rest: &'a str,
    line: u32,
}

impl Reader<'_> {
    fn skip_line(&mut self) {
        self.rest = match self.rest.find('\n') {
            Some(at) => {
                self.line += 1;
                &self.rest[at + 1..]
            }
            None => "",
        };
    }

    fn row(&mut self) -> Result<Row, (u32, String)> {
        let mut row = Row {
            line: self.line,
            fields: Vec::new(),
        };
        loop {
            let field = if self.rest.trim_start_matches([' ', '\t']).starts_with('"') {
                self.quoted()?
            } else {
                self.unquoted()
            };
            row.fields.push(field);
            if let Some(rest) = self.rest.strip_prefix(',') {
                self.rest = rest;
                continue;
            }
            self.skip_line();
            return Ok(row);
        }
    }

    fn unquoted(&mut self) -> Field {
        // Both are ASCII, so bytes will do.
        let stops = |b: u8| b == b',' || b == b'\n';
        let end = self.rest.bytes().position(stops).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        Field {
            text: text.trim().to_owned(),
            line: self.line,
        }
    }

    fn quoted(&mut self) -> Result<Field, (u32, String)> {
        let line = self.line;
        let mut text = String::new();
        // The caller saw the quotation mark behind blanks.
        let mut rest = &self.rest[self.rest.find('"').map_or(0, |at| at + 1)..];
        loop {
            let Some(end) = rest.find('"') else {
                self.rest = "";
                return Err((
                    line,
                    "the quotation mark that opens a field here is never closed; inside a quoted field a quotation mark is written twice"
                        .to_owned(),
                ));
            };
            text.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('"') {
                Some(more) => {
                    text.push('"');
                    rest = more;
                }
                None => break,
            }
        }
        self.line += u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX);
        self.rest = rest.trim_start_matches([' ', '\t', '\r']);
        if !(self.rest.is_empty() || self.rest.starts_with([',', '\n'])) {
            return Err((
                self.line,
                "after a quoted field only a comma or the end of the line may follow; inside it a quotation mark is written twice"
                    .to_owned(),
            ));
        }
        Ok(Field {
            text: text.replace("\r\n", "\n"),
            line,
        })
    }
}

/// Writes one field, quoted where it has to be.
pub(super) fn write_field(out: &mut String, text: &str, first: bool) {
    let plain = !text.contains(['"', ',', '\n', '\r'])
        && text.trim() == text
        && !(first && (text.starts_with('#') || text.is_empty()));
    if plain {
        out.push_str(text);
    } else {
        out.push('"');
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(row: &Row) -> Vec<&str> {
        row.fields.iter().map(|f| f.text.as_str()).collect()
    }

    #[test]
    fn lines_are_physical() {
        let text = "\u{feff}a,b\r\n# note\r\n\r\n1,\"two\r\nlines\"\r\n3 , \"four\" \r\n";
        let (rows, problems) = read(text);
        assert_eq!(problems, []);
        assert_eq!(rows.len(), 3);
        assert_eq!(
            (rows[1].line, texts(&rows[1])),
            (4, vec!["1", "two\nlines"])
        );
        assert_eq!((rows[2].line, texts(&rows[2])), (6, vec!["3", "four"]));
    }

    #[test]
    fn a_broken_quotation_is_a_problem_and_the_rest_is_read() {
        let (rows, problems) = read("a,b\n1,\"x\"y\n2,z\n3,\"open\n");
        assert_eq!(rows.len(), 2);
        let lines: Vec<u32> = problems.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 4]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(rows in proptest::collection::vec(
            proptest::collection::vec("[ -~\n\u{e9}\"#,]{0,12}", 2), 1..6)) {
            let mut text = String::new();
            for row in &rows {
                for (at, field) in row.iter().enumerate() {
                    if at > 0 { text.push(','); }
                    write_field(&mut text, field, at == 0);
                }
                text.push('\n');
            }
            let (read_rows, problems) = read(&text);
            prop_assert_eq!(problems, vec![]);
            let back: Vec<Vec<&str>> = read_rows.iter().map(texts).collect();
            prop_assert_eq!(back, rows);
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = read(&text);
        }
    }
}
