
// The driver of calls for Rust, put at the end of a program's main file. What call.py says holds here, too. The type of
// the function, as the compiler sees it, says what the arguments become; a method is called on the type's default.
mod judge_call {
    use std::collections::{BTreeMap, HashMap};
    use std::io::{Read, Write};
    use std::os::unix::io::FromRawFd;

    // JSON as it comes from the judge, which has looked at it: it is well formed.
    pub struct Reader {
        text: Vec<u8>,
        at: usize,
    }

    fn unfit(wanted: &str) -> ! {
        eprintln!("an argument is no {}", wanted);
        std::process::exit(1)
    }

    impl Reader {
        fn next(&mut self) -> u8 {
            while b" \t\r\n".contains(&self.text[self.at]) {
                self.at += 1;
            }
            self.text[self.at]
        }
        fn take(&mut self, mark: u8, wanted: &str) {
            if self.next() != mark {
                unfit(wanted);
            }
            self.at += 1;
        }
        fn goes_on(&mut self, end: u8) -> bool {
            if self.next() == b',' {
                self.at += 1;
            }
            if self.next() != end {
                return true;
            }
            self.at += 1;
            false
        }
        fn word(&mut self, said: &str) -> bool {
            self.next();
            let fits = self.text[self.at..].starts_with(said.as_bytes());
            self.at += if fits { said.len() } else { 0 };
            fits
        }
        fn number(&mut self) -> String {
            self.next();
            let begin = self.at;
            while b"+-.eE0123456789".contains(&self.text[self.at]) {
                self.at += 1;
            }
            String::from_utf8_lossy(&self.text[begin..self.at]).into_owned()
        }
        fn code(&mut self) -> u32 {
            let digits = String::from_utf8_lossy(&self.text[self.at..self.at + 4]).into_owned();
            self.at += 4;
            u32::from_str_radix(&digits, 16).unwrap_or(0)
        }
        fn string(&mut self) -> String {
            let mut out = Vec::new();
            self.take(b'"', "string");
            while self.text[self.at] != b'"' {
                let letter = self.text[self.at];
                self.at += 1;
                if letter != b'\\' {
                    out.push(letter);
                    continue;
                }
                let escaped = self.text[self.at];
                self.at += 1;
                let value = match escaped {
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => 10,
                    b'r' => 13,
                    b't' => 9,
                    b'u' => self.code(),
                    other => other as u32,
                };
                let mut value = value;
                if (0xD800..0xDC00).contains(&value) {
                    self.at += 2;
                    value = 0x10000 + ((value - 0xD800) << 10) + (self.code() - 0xDC00);
                }
                let letter = char::from_u32(value).unwrap_or('\u{FFFD}');
                out.extend(letter.to_string().bytes());
            }
            self.at += 1;
            String::from_utf8_lossy(&out).into_owned()
        }
    }

    pub trait Argument {
        fn read(from: &mut Reader) -> Self;
    }
    pub trait Answer {
        fn write(&self, out: &mut String);
    }

    macro_rules! integers { ($($kind:ty),*) => { $(
        impl Argument for $kind {
            fn read(from: &mut Reader) -> $kind {
                from.number().parse().unwrap_or_else(|_| unfit(concat!(stringify!($kind), " that is an integer")))
            }
        }
        impl Answer for $kind {
            fn write(&self, out: &mut String) { out.push_str(&self.to_string()) }
        }
    )* } }
    integers!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

    macro_rules! floats { ($($kind:ty),*) => { $(
        impl Argument for $kind {
            fn read(from: &mut Reader) -> $kind { from.number().parse().unwrap_or_else(|_| unfit("number")) }
        }
        impl Answer for $kind {
            fn write(&self, out: &mut String) {
                if self.is_nan() { out.push_str("NaN") }
                else if self.is_infinite() { out.push_str(if *self > 0.0 { "Infinity" } else { "-Infinity" }) }
                else { out.push_str(&format!("{:e}", self)) }
            }
        }
    )* } }
    floats!(f32, f64);

    impl Argument for bool {
        fn read(from: &mut Reader) -> bool {
            from.word("true") || !(from.word("false") || unfit("bool"))
        }
    }
    impl Answer for bool {
        fn write(&self, out: &mut String) {
            out.push_str(if *self { "true" } else { "false" })
        }
    }
    impl Answer for () {
        fn write(&self, out: &mut String) {
            out.push_str("null")
        }
    }
    impl Argument for String {
        fn read(from: &mut Reader) -> String {
            from.string()
        }
    }
    impl Argument for char {
        fn read(from: &mut Reader) -> char {
            let text = if from.next() == b'"' { from.string() } else { String::new() };
            let mut letters = text.chars();
            match (letters.next(), letters.next()) {
                (Some(letter), None) => letter,
                _ => unfit("char"),
            }
        }
    }
    impl Answer for str {
        fn write(&self, out: &mut String) {
            out.push('"');
            for letter in self.chars() {
                match letter {
                    '"' => out.push_str("\\\""),
                    '\\' => out.push_str("\\\\"),
                    other if other < ' ' => out.push_str(&format!("\\u{:04x}", other as u32)),
                    other => out.push(other),
                }
            }
            out.push('"');
        }
    }
    impl Answer for String {
        fn write(&self, out: &mut String) {
            self.as_str().write(out)
        }
    }
    impl Answer for char {
        fn write(&self, out: &mut String) {
            self.to_string().write(out)
        }
    }

    // A reference is to a value that nobody else has.
    impl Argument for &'static str {
        fn read(from: &mut Reader) -> &'static str {
            Box::leak(from.string().into_boxed_str())
        }
    }
    impl<T: Argument> Argument for &'static [T] {
        fn read(from: &mut Reader) -> &'static [T] {
            Box::leak(Vec::<T>::read(from).into_boxed_slice())
        }
    }
    impl<T: Argument> Argument for &'static mut [T] {
        fn read(from: &mut Reader) -> &'static mut [T] {
            Box::leak(Vec::<T>::read(from).into_boxed_slice())
        }
    }
    impl<T: Argument> Argument for &'static T {
        fn read(from: &mut Reader) -> &'static T {
            Box::leak(Box::new(T::read(from)))
        }
    }
    impl<T: Argument> Argument for &'static mut T {
        fn read(from: &mut Reader) -> &'static mut T {
            Box::leak(Box::new(T::read(from)))
        }
    }
    impl<T: Answer + ?Sized> Answer for &T {
        fn write(&self, out: &mut String) {
            (**self).write(out)
        }
    }

    impl<T: Argument> Argument for Vec<T> {
        fn read(from: &mut Reader) -> Vec<T> {
            let mut out = Vec::new();
            from.take(b'[', "list");
            while from.goes_on(b']') {
                out.push(T::read(from));
            }
            out
        }
    }
    fn write_list<'a, T: Answer + 'a>(items: impl Iterator<Item = &'a T>, out: &mut String) {
        out.push('[');
        for (place, item) in items.enumerate() {
            if place > 0 {
                out.push(',');
            }
            item.write(out);
        }
        out.push(']');
    }
    impl<T: Answer> Answer for Vec<T> {
        fn write(&self, out: &mut String) {
            write_list(self.iter(), out)
        }
    }
    impl<T: Answer> Answer for [T] {
        fn write(&self, out: &mut String) {
            write_list(self.iter(), out)
        }
    }
    impl<T: Answer, const N: usize> Answer for [T; N] {
        fn write(&self, out: &mut String) {
            write_list(self.iter(), out)
        }
    }
    impl<T: Argument> Argument for Option<T> {
        fn read(from: &mut Reader) -> Option<T> {
            if from.word("null") { None } else { Some(T::read(from)) }
        }
    }
    impl<T: Answer> Answer for Option<T> {
        fn write(&self, out: &mut String) {
            match self {
                Some(value) => value.write(out),
                None => out.push_str("null"),
            }
        }
    }
    impl<T: Answer, E: std::fmt::Debug> Answer for Result<T, E> {
        fn write(&self, out: &mut String) {
            match self {
                Ok(value) => value.write(out),
                Err(error) => {
                    eprintln!("Error: {:?}", error);
                    std::process::exit(1)
                }
            }
        }
    }
    impl<T: Argument> Argument for Box<T> {
        fn read(from: &mut Reader) -> Box<T> {
            Box::new(T::read(from))
        }
    }
    impl<T: Answer> Answer for Box<T> {
        fn write(&self, out: &mut String) {
            (**self).write(out)
        }
    }

    macro_rules! tuples { ($(($($kind:ident $place:tt),*))*) => { $(
        impl<$($kind: Argument),*> Argument for ($($kind,)*) {
            fn read(from: &mut Reader) -> Self {
                from.take(b'[', "list");
                let all = ($(if from.goes_on(b']') { $kind::read(from) } else { unfit("tuple") },)*);
                if from.goes_on(b']') { unfit("tuple") }
                all
            }
        }
        impl<$($kind: Answer),*> Answer for ($($kind,)*) {
            fn write(&self, out: &mut String) {
                out.push('[');
                $(if $place > 0 { out.push(',') } self.$place.write(out);)*
                out.push(']');
            }
        }
    )* } }
    tuples!((A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3));

    macro_rules! maps { ($($kind:ident)*) => { $(
        impl<T: Argument> Argument for $kind<String, T> {
            fn read(from: &mut Reader) -> Self {
                let mut out = $kind::new();
                from.take(b'{', "object");
                while from.goes_on(b'}') {
                    let key = from.string();
                    from.take(b':', "object");
                    out.insert(key, T::read(from));
                }
                out
            }
        }
        impl<T: Answer> Answer for $kind<String, T> {
            fn write(&self, out: &mut String) {
                out.push('{');
                for (place, (key, value)) in self.iter().enumerate() {
                    if place > 0 { out.push(',') }
                    key.write(out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    )* } }
    maps!(HashMap BTreeMap);

    // What a method of S is called on.
    pub trait Receiver<S> {
        fn make() -> Self;
    }
    impl<S: Default> Receiver<S> for S {
        fn make() -> S {
            S::default()
        }
    }
    impl<S: Default + 'static> Receiver<S> for &'static S {
        fn make() -> &'static S {
            Box::leak(Box::new(S::default()))
        }
    }
    impl<S: Default + 'static> Receiver<S> for &'static mut S {
        fn make() -> &'static mut S {
            Box::leak(Box::new(S::default()))
        }
    }

    pub struct Plain;
    pub struct On;
    pub trait Callable<S, Way, Arguments> {
        fn call(self, from: &mut Reader) -> String;
    }
    macro_rules! callables { ($(($($kind:ident)*))*) => { $(
        impl<S, Fun: Fn($($kind),*) -> Result_, Result_: Answer, $($kind: Argument),*>
            Callable<S, Plain, (Result_, $($kind,)*)> for Fun
        {
            #[allow(non_snake_case, unused_variables)]
            fn call(self, from: &mut Reader) -> String {
                $(let $kind = argument::<$kind>(from);)*
                finish(from, self($($kind),*))
            }
        }
        impl<S, Fun: Fn(Own, $($kind),*) -> Result_, Own: Receiver<S>, Result_: Answer, $($kind: Argument),*>
            Callable<S, On, (Result_, Own, $($kind,)*)> for Fun
        {
            #[allow(non_snake_case, unused_variables)]
            fn call(self, from: &mut Reader) -> String {
                $(let $kind = argument::<$kind>(from);)*
                finish(from, self(Own::make(), $($kind),*))
            }
        }
    )* } }
    callables!(() (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H));

    fn argument<T: Argument>(from: &mut Reader) -> T {
        if !from.goes_on(b']') {
            eprintln!("too few arguments");
            std::process::exit(1);
        }
        T::read(from)
    }
    fn finish<R: Answer>(from: &mut Reader, result: R) -> String {
        if from.goes_on(b']') {
            eprintln!("too many arguments");
            std::process::exit(1);
        }
        let mut out = String::new();
        result.write(&mut out);
        out
    }

    pub fn serve<S, Way, Arguments>(function: impl Callable<S, Way, Arguments>) {
        let mut text = Vec::new();
        std::io::stdin().read_to_end(&mut text).expect("the arguments are there");
        let name = b"\"arguments\":";
        let at = text.windows(name.len()).position(|window| window == name).expect("arguments") + name.len();
        let mut reader = Reader { text, at };
        reader.take(b'[', "list");
        let answer = function.call(&mut reader);
        let _ = std::io::stdout().flush();
        let mut file = unsafe { std::fs::File::from_raw_fd(3) };
        file.write_all(answer.as_bytes()).expect("the answer is taken");
    }
}

fn main() {
    judge_call::serve::JUDGE_FUNCTION;
}
