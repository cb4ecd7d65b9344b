//! Turns the message definitions into Rust. The notation is described in `notation.rs`; what comes out is included
//! by the module of `src` that has the name of the definitions' file.

mod bodies;
mod notation;
mod sets;
mod shapes;
mod structs;

use std::path::{Path, PathBuf};
use std::{env, fs};

use notation::{Definitions, Message};
use structs::Flavour;

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    println!("cargo::rerun-if-changed=build");
    for (stem, definitions) in read_definitions(Path::new("src/schema/definitions")) {
        let mut code: String =
            definitions.messages.iter().map(|message| structs::message(message, Flavour::Stored)).collect();
        code += &sets::set(&definitions);
        write(&out.join(format!("schema_{stem}.rs")), &code);
    }
    let bodies: Vec<Message> = read_definitions(Path::new("src/wire/definitions"))
        .into_iter()
        .flat_map(|(_, file)| file.messages)
        .collect();
    write(&out.join("wire_bodies.rs"), &bodies::bodies(&bodies));
    write(&out.join("wire_shapes.rs"), &shapes::shapes(&bodies));
}

/// The definitions of a folder by the names of their files, in order of these.
fn read_definitions(folder: &Path) -> Vec<(String, Definitions)> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a folder entry").path()).collect();
    paths.sort();
    paths.iter().map(|path| (stem(path), read(path))).collect()
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_else(|| panic!("{}: no name", path.display()))
        .to_owned()
}

fn read(path: &Path) -> Definitions {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    notation::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(path: &Path, code: &str) {
    fs::write(path, code).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
