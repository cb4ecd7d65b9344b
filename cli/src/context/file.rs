//! `kafkactl.toml`: the user's, and `.kafkactl.toml` of a project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use serde::Deserialize;
use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::{ContextColor, Protect, Surroundings};
use crate::error::CommandError;

/// One context file. Unknown keys are refused, so that a typing mistake is seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextFile {
    pub current: Option<String>,
    #[serde(default)]
    pub contexts: BTreeMap<String, Context>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    #[serde(default)]
    pub bootstrap: Vec<String>,
    #[serde(default)]
    pub protect: Protect,
    pub color: Option<ContextColor>,
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
}

impl ContextFile {
    pub fn read(path: &Path, text: &str) -> Result<Self, CommandError> {
        toml_edit::de::from_str(text).map_err(|error| {
            CommandError::usage(format!("{}: {}", path.display(), error.to_string().trim_end()))
        })
    }
}

/// Reads the environment and the files that lie around. `config` replaces the user's file and must exist.
pub fn surroundings(config: Option<&Path>) -> Result<Surroundings, CommandError> {
    let environment: BTreeMap<String, String> =
        env::vars().filter(|(name, _)| name.starts_with("KAFKACTL_")).collect();
    let mut files = Vec::new();
    if let Some(path) = project_file(&env::current_dir().map_err(|e| CommandError::io(".", e))?) {
        let text = fs::read_to_string(&path).map_err(|error| CommandError::io(&path, error))?;
        files.push((path.clone(), ContextFile::read(&path, &text)?));
    }
    let user = user_file(config, &environment);
    if let Some((path, text)) = read_user_file(user)? {
        let file = ContextFile::read(&path, &text)?;
        files.push((path, file));
    }
    Ok(Surroundings { environment, files })
}

/// The user's file, and whether it was named, so that its absence is an error.
pub struct UserFile {
    pub path: Option<PathBuf>,
    named: bool,
}

pub fn user_file(config: Option<&Path>, environment: &BTreeMap<String, String>) -> UserFile {
    let named =
        config.map(Path::to_path_buf).or_else(|| environment.get("KAFKACTL_CONFIG").map(PathBuf::from));
    if let Some(path) = named {
        return UserFile { path: Some(path), named: true };
    }
    let folder = env::var_os("XDG_CONFIG_HOME")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".config")));
    UserFile { path: folder.map(|folder| folder.join("kafkactl").join("kafkactl.toml")), named: false }
}

fn read_user_file(user: UserFile) -> Result<Option<(PathBuf, String)>, CommandError> {
    let Some(path) = user.path else { return Ok(None) };
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !user.named => Ok(None),
        Err(error) => Err(CommandError::io(&path, error)),
    }
}

/// `.kafkactl.toml` in `folder` or above it, up to the root of its git work tree; outside of one only in `folder`,
/// because a file in a shared folder above would be somebody else's.
fn project_file(folder: &Path) -> Option<PathBuf> {
    let root = folder.ancestors().find(|above| above.join(".git").exists()).unwrap_or(folder);
    folder
        .ancestors()
        .take_while(|above| above.starts_with(root))
        .map(|above| above.join(".kafkactl.toml"))
        .find(|path| path.is_file())
}

/// The user's file as a document that keeps comments and order, for commands that change it.
pub struct UserDocument {
    pub path: PathBuf,
    document: DocumentMut,
}

impl UserDocument {
    pub fn open(config: Option<&Path>) -> Result<Self, CommandError> {
        let environment = env::vars().filter(|(name, _)| name == "KAFKACTL_CONFIG").collect();
        let Some(path) = user_file(config, &environment).path else {
            return Err(CommandError::usage("neither HOME nor XDG_CONFIG_HOME is set".to_owned())
                .hint("name the file with --config"));
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(CommandError::io(&path, error)),
        };
        ContextFile::read(&path, &text)?;
        let document = text.parse().map_err(|error: toml_edit::TomlError| {
            CommandError::usage(format!("{}: {error}", path.display()))
        })?;
        Ok(Self { path, document })
    }

    pub fn has(&self, name: &str) -> bool {
        self.document.get("contexts").and_then(|contexts| contexts.get(name)).is_some()
    }

    pub fn set_current(&mut self, name: &str) {
        self.document["current"] = value(name);
    }

    pub fn put(&mut self, name: &str, context: &Context) {
        let mut table = Table::new();
        table["bootstrap"] = value(context.bootstrap.iter().collect::<Array>());
        if context.protect != Protect::None {
            table["protect"] = value(context.protect.as_str());
        }
        if let Some(color) = context.color {
            table["color"] = value(color.as_str());
        }
        if !context.properties.is_empty() {
            let properties: Table =
                context.properties.iter().map(|(key, text)| (key.as_str(), value(text.as_str()))).collect();
            table["properties"] = Item::Table(properties);
        }
        let contexts = self.document.entry("contexts").or_insert_with(|| {
            let mut contexts = Table::new();
            contexts.set_implicit(true);
            Item::Table(contexts)
        });
        contexts[name] = Item::Table(table);
    }

    /// Takes the context out, and `current` too where it names it.
    pub fn remove(&mut self, name: &str) {
        if let Some(contexts) = self.document.get_mut("contexts").and_then(Item::as_table_like_mut) {
            contexts.remove(name);
        }
        if self.document.get("current").and_then(Item::as_str) == Some(name) {
            self.document.remove("current");
        }
    }

    /// Replaces the file in one step, so that a reader never sees half of it.
    pub fn save(&self) -> Result<(), CommandError> {
        let error = |error| CommandError::io(&self.path, error);
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder {
            fs::create_dir_all(folder).map_err(error)?;
        }
        let new = self.path.with_extension("toml.new");
        fs::write(&new, self.document.to_string()).map_err(error)?;
        fs::rename(&new, &self.path).map_err(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_keep_comments() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kafkactl.toml");
        fs::write(&path, "# ours\n[contexts.a]\nbootstrap = [\"a:1\"] # first\n").unwrap();
        let mut document = UserDocument::open(Some(&path)).unwrap();
        let context = Context {
            bootstrap: vec!["b:1".into(), "b:2".into()],
            protect: Protect::Confirm,
            color: Some(ContextColor::Red),
            properties: BTreeMap::from([("client.id".to_owned(), "me".to_owned())]),
        };
        document.put("b.x", &context);
        document.set_current("b.x");
        document.save().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("# ours") && text.contains("# first"), "{text}");
        let file = ContextFile::read(&path, &text).unwrap();
        assert_eq!(file.current.as_deref(), Some("b.x"));
        assert_eq!(file.contexts["b.x"], context);

        let mut document = UserDocument::open(Some(&path)).unwrap();
        assert!(document.has("b.x"));
        document.remove("b.x");
        document.save().unwrap();
        let file = ContextFile::read(&path, &fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(file.current, None);
        assert_eq!(file.contexts.keys().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn wrong_files_are_refused_with_their_line() {
        for text in [
            "current = 1",
            "curent = \"a\"",
            "[contexts.a]\nbootstrap = \"a:1\"",
            "[contexts.a]\nprotect = \"no\"",
            "[",
        ] {
            let error = ContextFile::read(Path::new("k.toml"), text).unwrap_err().to_string();
            assert!(error.starts_with("k.toml: ") && error.contains("line"), "{error}");
        }
    }

    #[test]
    fn the_project_file_is_sought_up_to_the_git_root() {
        let outside = tempfile::tempdir().unwrap();
        let root = outside.path().join("repository");
        let deep = root.join("a/b");
        fs::create_dir_all(&deep).unwrap();
        fs::write(outside.path().join(".kafkactl.toml"), "").unwrap();
        assert_eq!(project_file(&deep), None, "outside of a work tree only the folder itself counts");
        fs::create_dir(root.join(".git")).unwrap();
        assert_eq!(project_file(&deep), None);
        fs::write(root.join(".kafkactl.toml"), "").unwrap();
        assert_eq!(project_file(&deep), Some(root.join(".kafkactl.toml")));
        fs::write(root.join("a/.kafkactl.toml"), "").unwrap();
        assert_eq!(project_file(&deep), Some(root.join("a/.kafkactl.toml")));
    }
}
