use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::LazyLock;

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{ValidationError, Validator};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use serde_path_to_error::Segment;
use utoipa::{IntoParams, ToSchema};

use crate::models::{ListQuery, NewOrder};
use crate::problem::{InputError, Problem};

// #region validation
/// Extracts a JSON body. A 422 lists every error.
pub struct ValidJson<T>(pub T);

impl<T, S> FromRequest<S> for ValidJson<T>
where
    T: Validated + DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(req: Request, state: &S) -> Result<Self, Problem> {
        let Json(input) = Json::<Value>::from_request(req, state).await?;
        check(T::validator(), &input)?;
        // JSON Schema takes 2.0 for an integer, serde doesn't.
        Ok(Self(serde_path_to_error::deserialize(input)?))
    }
}

/// Extracts a query. It is text: here, and only here, a number is parsed from a
/// string.
pub struct ValidQuery<T>(pub T);

impl<T, S> FromRequestParts<S> for ValidQuery<T>
where
    T: Validated + DeserializeOwned + Serialize,
    S: Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes());
        let input = serde_urlencoded::Deserializer::new(pairs);
        let input: T = serde_path_to_error::deserialize(input)?;
        check(T::validator(), &json!(input))?;
        Ok(Self(input))
    }
}

/// Input with a schema in the OpenAPI document. The same schema checks it.
pub trait Validated {
    fn validator() -> &'static Validator;
}

impl Validated for NewOrder {
    fn validator() -> &'static Validator {
        static VALIDATOR: LazyLock<Validator> =
            LazyLock::new(compile_body::<NewOrder>);
        &VALIDATOR
    }
}

impl Validated for ListQuery {
    fn validator() -> &'static Validator {
        static VALIDATOR: LazyLock<Validator> =
            LazyLock::new(compile_query::<ListQuery>);
        &VALIDATOR
    }
}

fn compile_body<T: ToSchema>() -> Validator {
    let mut referenced = Vec::new();
    T::schemas(&mut referenced);
    let referenced: BTreeMap<_, _> = referenced.into_iter().collect();
    let mut schema = json!(T::schema());
    schema["components"] = json!({ "schemas": referenced });
    jsonschema::validator_for(&schema).expect("a valid schema")
}

fn compile_query<T: IntoParams>() -> Validator {
    let params = T::into_params(|| None).into_iter();
    let properties: BTreeMap<_, _> =
        params.map(|param| (param.name, param.schema)).collect();
    jsonschema::validator_for(&json!({ "properties": properties }))
        .expect("a valid schema")
}

fn check(validator: &Validator, input: &Value) -> Result<(), Problem> {
    let errors: Vec<_> =
        validator.iter_errors(input).flat_map(describe).collect();
    if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
}

/// Describes an error at its JSON pointer: the child for a missing or an
/// unknown property.
fn describe(error: ValidationError) -> Vec<InputError> {
    let at = error.instance_path();
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| InputError::new(at.join(name), "Unknown property"))
            .collect(),
        Kind::Required { property: Value::String(name) } => {
            vec![InputError::new(at.join(name), error.masked())]
        }
        _ => vec![InputError::new(at, error.masked())],
    }
}

/// An error of serde, which stops at the first one.
impl<E: Display> From<serde_path_to_error::Error<E>> for Problem {
    fn from(error: serde_path_to_error::Error<E>) -> Self {
        let tokens = error.path().iter().map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            name => format!("/{name}"),
        });
        let pointer: String = tokens.collect();
        Self::invalid(vec![InputError::new(pointer, error.inner())])
    }
}
// #endregion
