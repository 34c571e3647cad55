//! Pages, asked of a server in this process: what people see, what they send, what is refused.

mod bench;
mod inspection;
mod meetings;
mod registers;
