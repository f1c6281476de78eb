//! What a TorchScript text says: classes with methods, functions, statements and expressions.

use std::collections::HashMap;
use std::rc::Rc;

use super::tokens::{Token, tokens};
use crate::error::{Error, Kind, Result};

/// Deepest nesting of statements or expressions.
const MAX_DEPTH: usize = 100;

/// Classes and functions of one file.
#[derive(Default)]
pub(super) struct Module {
    pub(super) classes: HashMap<String, Rc<Class>>,
    pub(super) functions: HashMap<String, Rc<Function>>,
}

/// Methods and attributes with fixed values.
#[derive(Default)]
pub(super) struct Class {
    pub(super) methods: HashMap<String, Rc<Function>>,
    pub(super) constants: HashMap<String, Expression>,
}

/// Parameters with their defaults, and what is done.
pub(super) struct Function {
    pub(super) parameters: Vec<(String, Option<Expression>)>,
    pub(super) body: Vec<Statement>,
}

pub(super) enum Statement {
    /// Names; several take a tuple apart.
    Assign {
        names: Vec<String>,
        apart: bool,
        value: Expression,
    },
    If {
        condition: Expression,
        then: Vec<Statement>,
        otherwise: Vec<Statement>,
    },
    For {
        name: String,
        range: Expression,
        body: Vec<Statement>,
    },
    Return(Expression),
    Do(Expression),
    Pass,
}

#[derive(Debug, Clone)]
pub(super) enum Expression {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Name(String),
    List(Vec<Expression>),
    Tuple(Vec<Expression>),
    Attribute(Box<Expression>, String),
    Index(Box<Expression>, Vec<Expression>),
    Call(Box<Expression>, Vec<(Option<String>, Expression)>),
    Negative(Box<Expression>),
}

/// # Errors
/// `Corrupt` or `Unsupported` for a text that is not TorchScript as libtorch writes it.
pub(super) fn parse(text: &str) -> Result<Module> {
    let mut parser = Parser { tokens: tokens(text)?, place: 0, depth: 0 };
    let mut module = Module::default();
    while parser.place < parser.tokens.len() {
        let word = parser.name()?;
        match word.as_str() {
            "class" => {
                let name = parser.name()?;
                let class = parser.class()?;
                module.classes.insert(name, Rc::new(class));
            }
            "def" => {
                let name = parser.name()?;
                let function = parser.function()?;
                module.functions.insert(name, Rc::new(function));
            }
            other => return Err(Error::unsupported(format!("TorchScript program: `{other}` outside of a class"))),
        }
    }
    Ok(module)
}

struct Parser {
    tokens: Vec<Token>,
    place: usize,
    depth: usize,
}

impl Parser {
    fn class(&mut self) -> Result<Class> {
        let mut class = Class::default();
        self.expect("(")?;
        self.name()?;
        self.expect(")")?;
        self.block(|parser| {
            if parser.is_name("def") {
                parser.place += 1;
                let name = parser.name()?;
                let function = parser.function()?;
                class.methods.insert(name, Rc::new(function));
                return Ok(());
            }
            let target = parser.expression()?;
            let typed = parser.eat(":");
            if typed {
                parser.expression()?;
            }
            if parser.eat("=") {
                let value = parser.expression()?;
                if let (true, Expression::Name(name)) = (typed, target) {
                    class.constants.insert(name, value);
                }
            }
            parser.newline()
        })?;
        Ok(class)
    }

    fn function(&mut self) -> Result<Function> {
        let mut parameters = Vec::new();
        self.expect("(")?;
        while !self.eat(")") {
            let name = self.name()?;
            if self.eat(":") {
                self.expression()?;
            }
            let default = if self.eat("=") { Some(self.expression()?) } else { None };
            parameters.push((name, default));
            if !self.eat(",") {
                self.expect(")")?;
                break;
            }
        }
        if self.eat("->") {
            self.expression()?;
        }
        Ok(Function { parameters, body: self.statements()? })
    }

    fn statements(&mut self) -> Result<Vec<Statement>> {
        let mut statements = Vec::new();
        self.block(|parser| {
            let statement = parser.statement()?;
            statements.push(statement);
            Ok(())
        })?;
        Ok(statements)
    }

    /// A colon, a line's end, and indented lines.
    fn block(&mut self, mut one: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        self.deeper()?;
        self.expect(":")?;
        self.newline()?;
        if !self.next_is(&Token::Indent) {
            self.depth -= 1;
            return Ok(());
        }
        self.place += 1;
        while !self.next_is(&Token::Dedent) {
            one(self)?;
        }
        self.place += 1;
        self.depth -= 1;
        Ok(())
    }

    fn statement(&mut self) -> Result<Statement> {
        for word in ["if", "for", "return", "pass", "while"] {
            if self.is_name(word) {
                self.place += 1;
                return self.keyword(word);
            }
        }
        let first = self.expression()?;
        let mut targets = vec![first];
        let mut apart = false;
        while self.eat(",") {
            apart = true;
            if self.next_is(&Token::Symbol("=")) {
                break;
            }
            targets.push(self.expression()?);
        }
        if self.eat(":") {
            self.expression()?;
        }
        let statement = if self.eat("=") {
            let names = targets.into_iter().map(|target| match target {
                Expression::Name(name) => Ok(name),
                _ => Err(Error::unsupported("TorchScript program: something else than a name is assigned to")),
            });
            Statement::Assign { names: names.collect::<Result<_>>()?, apart, value: self.expression()? }
        } else {
            Statement::Do(targets.swap_remove(0))
        };
        self.newline()?;
        Ok(statement)
    }

    fn keyword(&mut self, word: &str) -> Result<Statement> {
        Ok(match word {
            "if" => {
                let condition = self.expression()?;
                let then = self.statements()?;
                let mut otherwise = Vec::new();
                if self.is_name("else") {
                    self.place += 1;
                    otherwise = self.statements()?;
                }
                Statement::If { condition, then, otherwise }
            }
            "for" => {
                let name = self.name()?;
                if self.name()? != "in" {
                    return Err(self.fault("`in` is missing"));
                }
                Statement::For { name, range: self.expression()?, body: self.statements()? }
            }
            "return" => {
                let value = if self.next_is(&Token::Newline) { Expression::None } else { self.expression_or_tuple()? };
                self.newline()?;
                Statement::Return(value)
            }
            "pass" => {
                self.newline()?;
                Statement::Pass
            }
            other => return Err(Error::unsupported(format!("TorchScript program: `{other}`"))),
        })
    }

    fn expression_or_tuple(&mut self) -> Result<Expression> {
        let first = self.expression()?;
        if !self.next_is(&Token::Symbol(",")) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.eat(",") && !self.next_is(&Token::Newline) {
            parts.push(self.expression()?);
        }
        Ok(Expression::Tuple(parts))
    }

    fn expression(&mut self) -> Result<Expression> {
        self.deeper()?;
        let mut found = self.atom()?;
        loop {
            found = if self.eat(".") {
                Expression::Attribute(Box::new(found), self.name()?)
            } else if self.eat("(") {
                Expression::Call(Box::new(found), self.arguments()?)
            } else if self.eat("[") {
                Expression::Index(Box::new(found), self.list("]")?.0)
            } else {
                break;
            };
        }
        self.depth -= 1;
        Ok(found)
    }

    fn atom(&mut self) -> Result<Expression> {
        let token = self.tokens.get(self.place).cloned().ok_or_else(|| self.fault("it ends too early"))?;
        self.place += 1;
        Ok(match token {
            Token::Name(name) => match name.as_str() {
                "None" => Expression::None,
                "True" => Expression::Bool(true),
                "False" => Expression::Bool(false),
                _ => Expression::Name(name),
            },
            Token::Number(text) => match (text.parse(), text.parse()) {
                (Ok(whole), _) => Expression::Int(whole),
                (_, Ok(number)) => Expression::Float(number),
                _ => return Err(self.fault("a number that cannot be read")),
            },
            Token::Text(text) => Expression::Text(text),
            Token::Symbol("[") => Expression::List(self.list("]")?.0),
            Token::Symbol("(") => match self.list(")")? {
                (mut only, false) if only.len() == 1 => only.remove(0),
                (parts, _) => Expression::Tuple(parts),
            },
            Token::Symbol("-") => Expression::Negative(Box::new(self.expression()?)),
            _ => return Err(self.fault("an expression was expected")),
        })
    }

    /// Expressions up to a bracket, and whether a comma stood at the end.
    fn list(&mut self, end: &'static str) -> Result<(Vec<Expression>, bool)> {
        let mut parts = Vec::new();
        loop {
            if self.eat(end) {
                return Ok((parts, true));
            }
            parts.push(self.expression()?);
            if !self.eat(",") {
                self.expect(end)?;
                return Ok((parts, false));
            }
        }
    }

    fn arguments(&mut self) -> Result<Vec<(Option<String>, Expression)>> {
        let mut arguments = Vec::new();
        while !self.eat(")") {
            let named = matches!(self.tokens.get(self.place..self.place + 2), Some([Token::Name(_), Token::Symbol("=")]));
            let name = if named { Some(self.name()?) } else { None };
            if named {
                self.expect("=")?;
            }
            arguments.push((name, self.expression()?));
            if !self.eat(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(arguments)
    }

    fn deeper(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(Error::unsupported("TorchScript program: it is nested too deeply")) } else { Ok(()) }
    }

    fn next_is(&self, token: &Token) -> bool {
        self.tokens.get(self.place) == Some(token) || (self.place >= self.tokens.len() && *token == Token::Dedent)
    }

    fn is_name(&self, word: &str) -> bool {
        matches!(self.tokens.get(self.place), Some(Token::Name(name)) if name == word)
    }

    fn eat(&mut self, symbol: &str) -> bool {
        let found = matches!(self.tokens.get(self.place), Some(Token::Symbol(found)) if *found == symbol);
        self.place += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &str) -> Result<()> {
        if self.eat(symbol) { Ok(()) } else { Err(self.fault(&format!("`{symbol}` was expected"))) }
    }

    fn newline(&mut self) -> Result<()> {
        let found = self.next_is(&Token::Newline);
        self.place += usize::from(found);
        if found { Ok(()) } else { Err(self.fault("a line's end was expected")) }
    }

    fn name(&mut self) -> Result<String> {
        let Some(Token::Name(name)) = self.tokens.get(self.place) else { return Err(self.fault("a name was expected")) };
        self.place += 1;
        Ok(name.clone())
    }

    fn fault(&self, what: &str) -> Error {
        let near: Vec<String> = self.tokens.iter().skip(self.place.saturating_sub(3)).take(5).map(|token| format!("{token:?}")).collect();
        Error::new(Kind::Corrupt, format!("TorchScript program: {what} near {}", near.join(" ")))
    }
}
