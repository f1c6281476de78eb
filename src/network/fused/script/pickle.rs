//! The part of Python's pickle format that TorchScript archives use, read as data: nothing is called and nothing imported.
//! Containers lie in one arena, so that no nesting, however deep, is walked when they are read or let go.

use crate::error::{Error, Kind, Result};

/// Largest pickle, in bytes.
const MAX_BYTES: usize = 64 << 20;
/// Most containers.
const MAX_CONTAINERS: usize = 2_000_000;

/// A value; containers are numbers of the arena.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(std::rc::Rc<str>),
    /// `module name` of a class or function.
    Global(std::rc::Rc<str>),
    /// A tuple or list.
    Sequence(usize),
    /// Keys and values in turn.
    Dictionary(usize),
    Object(usize),
    /// What stands outside of the pickle, by its identity.
    Persistent(usize),
}

/// Class, arguments and state of an object, or function and arguments of a call.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) class: std::rc::Rc<str>,
    pub(super) arguments: Item,
    pub(super) state: Item,
}

/// A pickle that was read.
pub(super) struct Pickle {
    pub(super) root: Item,
    sequences: Vec<Vec<Item>>,
    objects: Vec<Object>,
}

impl Pickle {
    /// Elements of a tuple or list, keys and values of a dictionary; empty for anything else.
    pub(super) fn elements(&self, item: &Item) -> &[Item] {
        match item {
            Item::Sequence(number) | Item::Dictionary(number) => self.sequences.get(*number).map_or(&[], Vec::as_slice),
            _ => &[],
        }
    }

    /// An object of the arena.
    pub(super) fn object(&self, number: usize) -> Option<&Object> {
        self.objects.get(number)
    }

    /// Value of a text key.
    pub(super) fn value(&self, dictionary: &Item, name: &str) -> Option<&Item> {
        let pairs = self.elements(dictionary).as_chunks::<2>().0;
        pairs.iter().find(|[key, _]| matches!(key, Item::Text(text) if &**text == name)).map(|[_, value]| value)
    }

    /// What a persistent identity says.
    pub(super) fn identity(&self, number: usize) -> &[Item] {
        self.sequences.get(number).map_or(&[], Vec::as_slice)
    }

    /// # Errors
    /// `Corrupt` or `Unsupported` with the place.
    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_BYTES {
            return Err(Error::too_large(format!("a pickle of {} bytes; the limit is {MAX_BYTES}", bytes.len())));
        }
        let mut reader =
            Reader { bytes, place: 0, stack: Vec::new(), marks: Vec::new(), memo: Vec::new(), sequences: Vec::new(), objects: Vec::new() };
        let root = reader.run()?;
        Ok(Self { root, sequences: reader.sequences, objects: reader.objects })
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    place: usize,
    stack: Vec<Item>,
    marks: Vec<usize>,
    memo: Vec<Item>,
    sequences: Vec<Vec<Item>>,
    objects: Vec<Object>,
}

impl Reader<'_> {
    fn run(&mut self) -> Result<Item> {
        loop {
            let code = self.byte()?;
            if code == b'.' {
                return self.pop();
            }
            self.step(code)?;
        }
    }

    fn step(&mut self, code: u8) -> Result<()> {
        match code {
            0x80 => self.byte().map(drop),
            b'(' => {
                self.marks.push(self.stack.len());
                Ok(())
            }
            b'q' | b'r' => self.remember(code),
            b'h' | b'j' => {
                let number = self.number(code == b'h')?;
                let item = self.memo.get(number).cloned().ok_or_else(|| self.corrupt("a reference to nothing"))?;
                self.push(item);
                Ok(())
            }
            b')' | b']' | b't' | 0x85..=0x87 | b'}' | b'e' | b'a' | b'u' | b's' => self.container(code),
            b'c' | b'b' | b'R' | b'Q' | 0x81 => self.object(code),
            _ => {
                let item = self.scalar(code)?;
                self.push(item);
                Ok(())
            }
        }
    }

    fn scalar(&mut self, code: u8) -> Result<Item> {
        Ok(match code {
            b'N' => Item::None,
            0x88 => Item::Bool(true),
            0x89 => Item::Bool(false),
            b'K' => Item::Int(self.byte()?.into()),
            b'M' => Item::Int(u16::from_le_bytes(self.array()?).into()),
            b'J' => Item::Int(i32::from_le_bytes(self.array()?).into()),
            b'G' => Item::Float(f64::from_be_bytes(self.array()?)),
            b'X' => {
                let length = u32::from_le_bytes(self.array()?) as usize;
                Item::Text(self.text(length)?.into())
            }
            0x8a => {
                let length = usize::from(self.byte()?);
                let bytes = self.take(length)?;
                if length > 8 {
                    return Err(self.corrupt("a whole number above 64 bits"));
                }
                let fill = if bytes.last().is_some_and(|&byte| byte & 0x80 != 0) { 0xff } else { 0 };
                let mut wide = [fill; 8];
                wide[..length].copy_from_slice(bytes);
                Item::Int(i64::from_le_bytes(wide))
            }
            other => return Err(Error::unsupported(format!("pickle: operation {other:#04x} at byte {}", self.place - 1))),
        })
    }

    fn container(&mut self, code: u8) -> Result<()> {
        match code {
            b')' | b']' => self.new_sequence(Vec::new(), false),
            b'}' => self.new_sequence(Vec::new(), true),
            b't' => {
                let items = self.since_mark()?;
                self.new_sequence(items, false)
            }
            0x85..=0x87 => {
                let count = usize::from(code - 0x84);
                let from = self.stack.len().checked_sub(count).ok_or_else(|| self.corrupt("too few values for a tuple"))?;
                let items = self.stack.split_off(from);
                self.new_sequence(items, false)
            }
            _ => {
                let items = match code {
                    b'e' | b'u' => self.since_mark()?,
                    b'a' => vec![self.pop()?],
                    _ => {
                        let value = self.pop()?;
                        vec![self.pop()?, value]
                    }
                };
                let target = match (self.stack.last(), code) {
                    (Some(Item::Sequence(number)), b'e' | b'a') | (Some(Item::Dictionary(number)), b'u' | b's') => *number,
                    _ => return Err(self.corrupt("elements without a container")),
                };
                self.sequences[target].extend(items);
                Ok(())
            }
        }
    }

    fn object(&mut self, code: u8) -> Result<()> {
        match code {
            b'c' => {
                let name = format!("{} {}", self.line()?, self.line()?);
                self.push(Item::Global(name.into()));
                Ok(())
            }
            b'b' => {
                let state = self.pop()?;
                let Some(Item::Object(number)) = self.stack.last() else { return Err(self.corrupt("a state without an object")) };
                self.objects[*number].state = state;
                Ok(())
            }
            b'Q' => match self.pop()? {
                Item::Sequence(number) => {
                    self.push(Item::Persistent(number));
                    Ok(())
                }
                _ => Err(self.corrupt("an identity that is no tuple")),
            },
            _ => {
                let arguments = self.pop()?;
                let Item::Global(class) = self.pop()? else { return Err(self.corrupt("an object without a class")) };
                Self::bound(self.objects.len())?;
                self.objects.push(Object { class, arguments, state: Item::None });
                self.push(Item::Object(self.objects.len() - 1));
                Ok(())
            }
        }
    }

    fn remember(&mut self, code: u8) -> Result<()> {
        let number = self.number(code == b'q')?;
        let item = self.stack.last().cloned().ok_or_else(|| self.corrupt("nothing to remember"))?;
        if number > self.memo.len() {
            return Err(self.corrupt("memo numbers out of order"));
        }
        if number == self.memo.len() {
            self.memo.push(item);
        } else {
            self.memo[number] = item;
        }
        Ok(())
    }

    fn number(&mut self, short: bool) -> Result<usize> {
        Ok(if short { self.byte()?.into() } else { u32::from_le_bytes(self.array()?) as usize })
    }

    fn new_sequence(&mut self, items: Vec<Item>, dictionary: bool) -> Result<()> {
        Self::bound(self.sequences.len())?;
        self.sequences.push(items);
        let number = self.sequences.len() - 1;
        self.push(if dictionary { Item::Dictionary(number) } else { Item::Sequence(number) });
        Ok(())
    }

    fn bound(count: usize) -> Result<()> {
        if count < MAX_CONTAINERS { Ok(()) } else { Err(Error::too_large(format!("a pickle of more than {MAX_CONTAINERS} containers"))) }
    }

    fn since_mark(&mut self) -> Result<Vec<Item>> {
        let mark = self.marks.pop().filter(|&mark| mark <= self.stack.len()).ok_or_else(|| self.corrupt("no mark"))?;
        Ok(self.stack.split_off(mark))
    }

    fn push(&mut self, item: Item) {
        self.stack.push(item);
    }

    fn pop(&mut self) -> Result<Item> {
        self.stack.pop().ok_or_else(|| self.corrupt("the stack is empty"))
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N).map(|bytes| std::array::from_fn(|place| bytes[place]))
    }

    fn take(&mut self, count: usize) -> Result<&[u8]> {
        let found = self.place.checked_add(count).and_then(|end| self.bytes.get(self.place..end));
        let found = found.ok_or_else(|| self.corrupt("it ends too early"))?;
        self.place += count;
        Ok(found)
    }

    fn text(&mut self, length: usize) -> Result<String> {
        let place = self.place;
        let bytes = self.take(length)?.to_vec();
        String::from_utf8(bytes).map_err(|_| Error::new(Kind::Corrupt, format!("pickle: the text at byte {place} is no UTF-8")))
    }

    fn line(&mut self) -> Result<String> {
        let rest = &self.bytes[self.place..];
        let length = rest.iter().position(|&byte| byte == b'\n').ok_or_else(|| self.corrupt("a name without an end"))?;
        let text = self.text(length)?;
        self.place += 1;
        Ok(text)
    }

    fn corrupt(&self, what: &str) -> Error {
        Error::new(Kind::Corrupt, format!("pickle: {what}, at byte {}", self.place))
    }
}
