//! Where AWS's services are asked, and who says so.

/// For people to read; nothing is decided by `origin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRegion {
    pub name: String,
    /// The variable or the profile that names it, or "given" by the caller.
    pub origin: String,
}

impl NamedRegion {
    pub(crate) fn new(name: impl Into<String>, origin: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            origin: origin.into(),
        }
    }
}
