//! Where things stand, as plain numbers: `app` needs it to find what was clicked and to keep the cursor in view, `ui` to draw.
//! One function for both, so they cannot disagree.

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Area {
    /// First column.
    pub x: u16,
    /// First row.
    pub y: u16,
    /// Columns.
    pub w: u16,
    /// Rows.
    pub h: u16,
}

impl Area {
    /// A rectangle.
    pub fn new(x: u16, y: u16, w: u16, h: u16) -> Self {
        Self { x, y, w, h }
    }

    /// Whether a cell lies inside.
    pub fn contains(self, x: u16, y: u16) -> bool {
        x >= self.x && y >= self.y && x - self.x < self.w && y - self.y < self.h
    }

    /// Without a frame of one cell on each side.
    pub fn inner(self) -> Self {
        if self.w < 2 || self.h < 2 {
            return Self::new(self.x, self.y, 0, 0);
        }
        Self::new(self.x + 1, self.y + 1, self.w - 2, self.h - 2)
    }

    /// The upper part of `rows` rows and the rest.
    pub fn split_top(self, rows: u16) -> (Self, Self) {
        let rows = rows.min(self.h);
        (
            Self { h: rows, ..self },
            Self::new(self.x, self.y + rows, self.w, self.h - rows),
        )
    }

    /// The left part of `columns` columns and the rest.
    pub fn split_left(self, columns: u16) -> (Self, Self) {
        let columns = columns.min(self.w);
        (
            Self { w: columns, ..self },
            Self::new(self.x + columns, self.y, self.w - columns, self.h),
        )
    }

    /// A rectangle of at most `w` by `h` in the middle.
    pub fn centred(self, w: u16, h: u16) -> Self {
        let (w, h) = (w.min(self.w), h.min(self.h));
        Self::new(self.x + (self.w - w) / 2, self.y + (self.h - h) / 2, w, h)
    }
}

/// The smallest screen that is drawn.
pub const SMALLEST: (u16, u16) = (60, 20);

/// The frame that every screen shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shell {
    /// Title line: team, notice, date, who you are.
    pub title: Area,
    /// What is supposed and what it changes; no rows unless something is.
    pub banner: Area,
    /// What the screen fills.
    pub body: Area,
    /// Purpose line; no rows on low screens, where a frame carries it.
    pub purpose: Area,
    /// Hint line, which gives way to a toast, a half-typed sequence or the filter.
    pub hint: Area,
}

/// Rows from which on the purpose has a line of its own.
pub const TALL: u16 = 28;

/// The shared frame for a size, with or without the banner of a supposition; `None` below [`SMALLEST`].
pub fn shell(size: (u16, u16), banner: bool) -> Option<Shell> {
    let (w, h) = size;
    if w < SMALLEST.0 || h < SMALLEST.1 {
        return None;
    }
    let purpose_rows = u16::from(h >= TALL);
    let (title, rest) = Area::new(0, 0, w, h).split_top(1);
    let (body, rest) = rest.split_top(h - 2 - purpose_rows);
    let (banner, body) = body.split_top(u16::from(banner));
    let (purpose, hint) = rest.split_top(purpose_rows);
    Some(Shell {
        title,
        banner,
        body,
        purpose,
        hint,
    })
}

/// The first line to show so that `cursor` is in view, moving `top` no more than needed.
pub fn scrolled(top: usize, cursor: usize, rows: usize, len: usize) -> usize {
    if rows == 0 {
        return cursor;
    }
    let top = top.min(len.saturating_sub(rows));
    if cursor < top {
        cursor
    } else if cursor >= top + rows {
        cursor + 1 - rows
    } else {
        top
    }
}
