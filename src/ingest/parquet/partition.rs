//! Columns that the names of folders hold, as `year=2004/month=03/part-0.parquet`.

/// What stands for no value.
const NOTHING: &str = "__HIVE_DEFAULT_PARTITION__";

/// The keys and values of the folders on the way to a file.
pub fn keys(file: &str) -> Vec<(String, String)> {
    let folders = file.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders
        .split('/')
        .filter_map(|folder| folder.split_once('='))
        .map(|(key, value)| (plain(key), plain(value)))
        .collect()
}

/// The text without its escapes, such as `%2F` for a slash.
fn plain(text: &str) -> String {
    if text == NOTHING {
        return String::new();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = after.first_chunk().and_then(|digits| hex(*digits)).filter(|_| *first == b'%');
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn hex([high, low]: [u8; 2]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? * 16 + digit(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_hold_keys() {
        let found = keys("2004-Q1/gl/entity=IAA/brand=A%2FB%zz/segment=__HIVE_DEFAULT_PARTITION__/x=1.parquet");
        let found: Vec<(&str, &str)> = found.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(found, [("entity", "IAA"), ("brand", "A/B%zz"), ("segment", "")]);
        assert!(keys("ledger.parquet").is_empty());
    }
}
