//! Runs a TorchScript method in mind: attributes and numbers are known, so every condition is decided and every call of a
//! part is followed; what happens to tensors is written into a plan instead of being done.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use tch::Tensor;

use super::archive::{Archive, Attributes};
use super::operators;
use super::pickle::Item;
use super::syntax::{self, Class, Expression, Function, Module, Statement};
use crate::error::{Error, Result};
use crate::network::fused::plan::{self, Plan};

/// Deepest chain of calls.
const MAX_CALLS: usize = 60;
/// Most statements that are run.
const MAX_STATEMENTS: usize = 1_000_000;

/// What an expression is.
#[derive(Debug, Clone)]
pub(super) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Rc<str>),
    Sequence(Rc<Vec<Value>>),
    /// A tensor that depends on the input. Operations in place change what the cell names.
    Tensor(Symbol),
    /// A tensor of the archive.
    Constant(Rc<Tensor>),
    /// A part of the network.
    Object(usize),
    /// The number of pictures, which a plan leaves open.
    Batch,
    /// A function by its full name.
    Path(Rc<str>),
}

/// A tensor of the plan, and whether other names may mean the same memory.
#[derive(Debug, Clone)]
pub(super) struct Symbol {
    pub(super) value: Rc<Cell<plan::Value>>,
    pub(super) view: bool,
}

impl Symbol {
    pub(super) fn new(value: plan::Value) -> Self {
        Self { value: Rc::new(Cell::new(value)), view: false }
    }
}

/// The run of a method.
pub(super) struct Evaluation<'a> {
    archive: &'a Archive<'a>,
    modules: HashMap<String, Rc<Module>>,
    pub(super) plan: Plan,
    statements: usize,
    calls: usize,
}

type Names = HashMap<String, Value>;

/// Whether a block was left with a value.
enum Flow {
    On,
    Left(Value),
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(archive: &'a Archive<'a>, plan: Plan) -> Self {
        Self { archive, modules: HashMap::new(), plan, statements: 0, calls: 0 }
    }

    /// Runs a method of the archive's root object with the plan's input.
    ///
    /// # Errors
    /// `NotFound` for a method that is not there; `Unsupported` with what cannot be followed.
    pub(super) fn run(&mut self, method: &str) -> Result<Value> {
        let Item::Object(root) = self.archive.data.pickle.root else { return Err(Error::unsupported("the archive's root is no object")) };
        let input = Value::Tensor(Symbol::new(0));
        self.call_method(root, method, vec![(None, input)])
    }

    fn call_method(&mut self, object: usize, method: &str, mut arguments: Vec<(Option<String>, Value)>) -> Result<Value> {
        let class = self.class(object)?;
        let function = class.methods.get(method).cloned().ok_or_else(|| Error::not_found(format!("no method `{method}`")))?;
        arguments.insert(0, (None, Value::Object(object)));
        self.call(&function, arguments)
    }

    /// Class of an object such as `__torch__.torch.nn.modules.conv.Conv2d`.
    fn class(&mut self, object: usize) -> Result<Rc<Class>> {
        let object = self.archive.data.pickle.object(object).ok_or_else(|| Error::internal("an object that is not there"))?;
        let (module, name) = object.class.split_once(' ').unwrap_or_default();
        let module = self.module(module)?;
        module.classes.get(name).cloned().ok_or_else(|| Error::unsupported(format!("no class `{name}`")))
    }

    fn module(&mut self, name: &str) -> Result<Rc<Module>> {
        if let Some(known) = self.modules.get(name) {
            return Ok(Rc::clone(known));
        }
        let module = Rc::new(syntax::parse(&self.archive.text(name)?)?);
        self.modules.insert(name.to_owned(), Rc::clone(&module));
        Ok(module)
    }

    fn call(&mut self, function: &Rc<Function>, arguments: Vec<(Option<String>, Value)>) -> Result<Value> {
        self.calls += 1;
        if self.calls > MAX_CALLS {
            return Err(Error::unsupported(format!("calls nested more than {MAX_CALLS} deep")));
        }
        let mut names = Names::new();
        let mut free = function.parameters.iter();
        for (name, value) in arguments {
            let name = name.or_else(|| free.next().map(|(name, _)| name.clone()));
            names.insert(name.ok_or_else(|| Error::unsupported("a call with too many arguments"))?, value);
        }
        for (name, default) in &function.parameters {
            if let (false, Some(default)) = (names.contains_key(name), default) {
                let value = self.value(default, &Names::new())?;
                names.insert(name.clone(), value);
            }
        }
        let flow = self.block(&function.body, &mut names)?;
        self.calls -= 1;
        Ok(if let Flow::Left(value) = flow { value } else { Value::None })
    }

    fn block(&mut self, statements: &[Statement], names: &mut Names) -> Result<Flow> {
        for statement in statements {
            self.statements += 1;
            if self.statements > MAX_STATEMENTS {
                return Err(Error::unsupported(format!("more than {MAX_STATEMENTS} statements")));
            }
            if let Flow::Left(value) = self.statement(statement, names)? {
                return Ok(Flow::Left(value));
            }
        }
        Ok(Flow::On)
    }

    fn statement(&mut self, statement: &Statement, names: &mut Names) -> Result<Flow> {
        match statement {
            Statement::Pass => {}
            Statement::Return(value) => return self.value(value, names).map(Flow::Left),
            Statement::Do(value) => drop(self.value(value, names)?),
            Statement::Assign { names: targets, apart, value } => {
                let value = self.value(value, names)?;
                assign(targets, *apart, value, names)?;
            }
            Statement::If { condition, then, otherwise } => {
                let Value::Bool(holds) = self.value(condition, names)? else {
                    return Err(Error::unsupported("a condition that depends on the picture"));
                };
                return self.block(if holds { then } else { otherwise }, names);
            }
            Statement::For { name, range, body } => {
                for element in operators::elements(&self.value(range, names)?)? {
                    names.insert(name.clone(), element);
                    if let Flow::Left(value) = self.block(body, names)? {
                        return Ok(Flow::Left(value));
                    }
                }
            }
        }
        Ok(Flow::On)
    }

    fn value(&mut self, expression: &Expression, names: &Names) -> Result<Value> {
        Ok(match expression {
            Expression::None => Value::None,
            Expression::Bool(flag) => Value::Bool(*flag),
            Expression::Int(number) => Value::Int(*number),
            Expression::Float(number) => Value::Float(*number),
            Expression::Text(text) => Value::Text(text.as_str().into()),
            Expression::Name(name) => match names.get(name) {
                Some(value) => value.clone(),
                None => Value::Path(name.as_str().into()),
            },
            Expression::List(parts) | Expression::Tuple(parts) => {
                let values = parts.iter().map(|part| self.value(part, names)).collect::<Result<Vec<_>>>()?;
                Value::Sequence(Rc::new(values))
            }
            Expression::Attribute(owner, name) => {
                let owner = self.value(owner, names)?;
                self.attribute(&owner, name)?
            }
            Expression::Index(owner, place) => {
                let owner = self.value(owner, names)?;
                let place = place.first().map(|place| self.value(place, names)).transpose()?;
                index(&owner, place.as_ref())?
            }
            Expression::Negative(inner) => match self.value(inner, names)? {
                Value::Int(number) => Value::Int(number.checked_neg().ok_or_else(|| Error::unsupported("a number too small"))?),
                Value::Float(number) => Value::Float(-number),
                _ => return Err(Error::unsupported("minus of something that is no number")),
            },
            Expression::Call(function, arguments) => self.called(function, arguments, names)?,
        })
    }

    fn called(&mut self, function: &Expression, arguments: &[(Option<String>, Expression)], names: &Names) -> Result<Value> {
        if let Expression::Name(name) = function
            && let Some(value) = self.special(name, arguments, names)?
        {
            return Ok(value);
        }
        let mut values = Vec::new();
        for (name, argument) in arguments {
            values.push((name.clone(), self.value(argument, names)?));
        }
        if let Expression::Attribute(owner, method) = function
            && let Value::Object(object) = self.value(owner, names)?
        {
            return self.call_method(object, method, values);
        }
        let Value::Path(path) = self.value(function, names)? else {
            return Err(Error::unsupported("a call of something that is no function"));
        };
        match path.strip_prefix("__torch__.").and_then(|_| path.rsplit_once('.')) {
            Some((module, name)) => {
                let found = self.module(module)?.functions.get(name).cloned();
                self.call(&found.ok_or_else(|| Error::unsupported(format!("no function `{path}`")))?, values)
            }
            None => operators::call(&mut self.plan, &path, values),
        }
    }

    /// Functions whose first argument is a type or a name.
    fn special(&mut self, name: &str, arguments: &[(Option<String>, Expression)], names: &Names) -> Result<Option<Value>> {
        Ok(match (name, arguments) {
            ("annotate" | "unchecked_cast", [_, (_, value)]) => Some(self.value(value, names)?),
            ("uninitialized", _) => Some(Value::None),
            ("getattr", [(_, owner), (_, Expression::Text(name))]) => {
                let owner = self.value(owner, names)?;
                Some(self.attribute(&owner, name)?)
            }
            _ => None,
        })
    }

    fn attribute(&mut self, owner: &Value, name: &str) -> Result<Value> {
        match owner {
            Value::Path(path) if &**path == "CONSTANTS" => {
                let place = name.strip_prefix('c').and_then(|number| number.parse::<usize>().ok());
                let constants = &self.archive.constants;
                let pickle = &constants.pickle;
                let item = place.and_then(|place| pickle.elements(&pickle.root).get(place));
                self.item(constants, item.ok_or_else(|| Error::unsupported("a constant that is not there"))?, 0)
            }
            Value::Path(path) => Ok(Value::Path(format!("{path}.{name}").into())),
            Value::Object(number) => {
                let pickle = &self.archive.data.pickle;
                if let Some(item) = pickle.object(*number).and_then(|object| pickle.value(&object.state, name)) {
                    return self.item(&self.archive.data, item, 0);
                }
                let constant = self.class(*number)?.constants.get(name).cloned();
                self.value(&constant.ok_or_else(|| Error::unsupported(format!("no attribute `{name}`")))?, &Names::new())
            }
            _ => Err(Error::unsupported(format!("an attribute `{name}` of something that has none"))),
        }
    }

    /// A pickled value.
    fn item(&self, attributes: &Attributes, item: &Item, depth: usize) -> Result<Value> {
        Ok(match item {
            Item::None => Value::None,
            Item::Bool(flag) => Value::Bool(*flag),
            Item::Int(number) => Value::Int(*number),
            Item::Float(number) => Value::Float(*number),
            Item::Text(text) => Value::Text(Rc::clone(text)),
            Item::Sequence(_) if depth < 8 => {
                let parts = attributes.pickle.elements(item).iter().map(|part| self.item(attributes, part, depth + 1));
                Value::Sequence(Rc::new(parts.collect::<Result<_>>()?))
            }
            Item::Object(number) => self.object(attributes, *number, depth)?,
            _ => return Err(Error::unsupported("an attribute of a kind that plans do not use")),
        })
    }

    fn object(&self, attributes: &Attributes, number: usize, depth: usize) -> Result<Value> {
        let pickle = &attributes.pickle;
        let object = pickle.object(number).ok_or_else(|| Error::internal("an object that is not there"))?;
        if let Some(tensor) = self.archive.tensor(attributes, object)? {
            return Ok(Value::Constant(Rc::new(tensor)));
        }
        if object.class.starts_with("torch.jit._pickle build_") && depth < 8 {
            let list = pickle.elements(&object.arguments).first().ok_or_else(|| Error::unsupported("a list without elements"))?;
            return self.item(attributes, list, depth + 1);
        }
        if object.class.starts_with("torch._utils _rebuild_parameter") && depth < 8 {
            let tensor = pickle.elements(&object.arguments).first().ok_or_else(|| Error::unsupported("a parameter without tensor"))?;
            return self.item(attributes, tensor, depth + 1);
        }
        Ok(Value::Object(number))
    }
}

fn assign(targets: &[String], apart: bool, value: Value, names: &mut Names) -> Result<()> {
    if !apart {
        names.insert(targets[0].clone(), value);
        return Ok(());
    }
    let parts = operators::elements(&value)?;
    if parts.len() != targets.len() {
        return Err(Error::unsupported(format!("{} values for {} names", parts.len(), targets.len())));
    }
    names.extend(targets.iter().cloned().zip(parts));
    Ok(())
}

fn index(owner: &Value, place: Option<&Value>) -> Result<Value> {
    let parts = operators::elements(owner)?;
    let Some(Value::Int(place)) = place else { return Err(Error::unsupported("an index that is no whole number")) };
    let place = if *place < 0 { place + parts.len() as i64 } else { *place };
    let found = usize::try_from(place).ok().and_then(|place| parts.get(place).cloned());
    found.ok_or_else(|| Error::unsupported("an index beyond the end"))
}
