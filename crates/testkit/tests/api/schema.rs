//! A small reader of schemas (OpenAPI 3.1, JSON Schema 2020-12): as much of it as the description uses,
//! and a panic at the rest, so that nothing is passed over in silence.

use serde_json::Value;

/// Words that say nothing about the shape.
const ABOUT: &[&str] = &["description", "format", "example", "title", "default", "deprecated", "readOnly"];

/// What is wrong with `value`; empty when it is as `schema` says.
pub(super) fn faults(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut out = Vec::new();
    check(document, schema, value, "$", &mut out);
    out
}

fn check(document: &Value, schema: &Value, value: &Value, place: &str, out: &mut Vec<String>) {
    if let Some(address) = schema["$ref"].as_str() {
        let target = document.pointer(address.trim_start_matches('#'));
        return check(document, target.unwrap_or_else(|| panic!("no {address}")), value, place, out);
    }
    for (word, rule) in schema.as_object().expect("a schema") {
        match word.as_str() {
            "type" => check_type(rule, value, place, out),
            "oneOf" | "anyOf" => check_one_of(document, rule, value, place, out),
            "allOf" => rule.as_array().expect("a list").iter().for_each(|one| check(document, one, value, place, out)),
            "enum" => {
                if !rule.as_array().expect("a list").contains(value) {
                    out.push(format!("{place}: {value} is none of {rule}"));
                }
            }
            "minimum" => {
                if value.as_f64().is_some_and(|number| number < rule.as_f64().expect("a number")) {
                    out.push(format!("{place}: {value} is less than {rule}"));
                }
            }
            "required" => check_required(rule, value, place, out),
            "properties" => check_properties(document, rule, value, place, out),
            "items" => {
                for (at, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(document, rule, item, &format!("{place}[{at}]"), out);
                }
            }
            word => assert!(ABOUT.contains(&word), "the checker does not know `{word}`"),
        }
    }
}

fn check_type(rule: &Value, value: &Value, place: &str, out: &mut Vec<String>) {
    let allowed: Vec<&str> = match rule {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => panic!("no type: {rule}"),
    };
    let is = |name: &str| match name {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        name => panic!("the checker does not know the type {name}"),
    };
    if !allowed.into_iter().any(is) {
        out.push(format!("{place}: {value} is no {rule}"));
    }
}

fn check_one_of(document: &Value, rule: &Value, value: &Value, place: &str, out: &mut Vec<String>) {
    let fits = rule.as_array().expect("a list").iter().filter(|one| faults(document, one, value).is_empty()).count();
    if fits != 1 {
        out.push(format!("{place}: {value} fits {fits} of {rule}"));
    }
}

fn check_required(rule: &Value, value: &Value, place: &str, out: &mut Vec<String>) {
    for name in rule.as_array().expect("a list").iter().filter_map(Value::as_str) {
        if value.is_object() && value.get(name).is_none() {
            out.push(format!("{place}: {name} is missing"));
        }
    }
}

/// What is answered and not described is a fault too: the description is whole.
fn check_properties(document: &Value, rule: &Value, value: &Value, place: &str, out: &mut Vec<String>) {
    for (name, inner) in value.as_object().into_iter().flatten() {
        match rule.get(name) {
            Some(schema) => check(document, schema, inner, &format!("{place}.{name}"), out),
            None => out.push(format!("{place}: {name} is not described")),
        }
    }
}

#[test]
fn the_checker_finds_what_is_wrong() {
    let document = serde_json::json!({"components": {"schemas": {"Pet": {
        "type": "object", "required": ["name", "age"],
        "properties": {
            "name": {"type": "string", "description": "…"},
            "age": {"type": "integer", "minimum": 0},
            "owner": {"oneOf": [{"$ref": "#/components/schemas/Pet"}, {"type": "null"}]},
            "tags": {"type": ["array", "null"], "items": {"type": "string", "enum": ["a", "b"]}}
        }
    }}}});
    let pet = serde_json::json!({"$ref": "#/components/schemas/Pet"});
    let fits = |text: &str| faults(&document, &pet, &serde_json::from_str(text).unwrap()).is_empty();
    for good in [
        r#"{"name": "x", "age": 1}"#,
        r#"{"name": "x", "age": 1, "owner": null, "tags": null}"#,
        r#"{"name": "x", "age": 0, "owner": {"name": "y", "age": 2}, "tags": ["a", "b"]}"#,
    ] {
        assert!(fits(good), "{good}");
    }
    for bad in [
        r#""x""#,
        r#"{"name": "x"}"#,
        r#"{"name": 1, "age": 1}"#,
        r#"{"name": "x", "age": 1.5}"#,
        r#"{"name": "x", "age": -1}"#,
        r#"{"name": "x", "age": 1, "more": 1}"#,
        r#"{"name": "x", "age": 1, "owner": {"name": "y"}}"#,
        r#"{"name": "x", "age": 1, "tags": ["c"]}"#,
        r#"{"name": "x", "age": 1, "tags": "a"}"#,
    ] {
        assert!(!fits(bad), "{bad}");
    }
}
