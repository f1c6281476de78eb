//! What a trained network says, in DIGITS' shapes: lists, guesses, rankings, accuracies and nested outputs.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use likeness::model::inference::{
    Answers, Classifications, Examination, Gallery, Inference, Inferences, Line, Lines, Listener, MAX_LINE_BYTES, MAX_VALUES, Pace,
    Predictions, Ranking, Tally, answer_all, answer_one, best,
};
use likeness::network::Output;
use likeness::{Error, Kind, Result};
use serde_json::json;

mod trained;

static RUNNING: AtomicBool = AtomicBool::new(false);

fn pace(batch: usize) -> Pace<'static> {
    Pace { batch, threads: 1, stop: &RUNNING }
}

fn line(place: &str) -> Line {
    Line { place: place.into(), truth: None }
}

fn lines(text: &str, folder: Option<&str>, most: Option<u64>) -> Vec<Line> {
    Lines::new(Cursor::new(text.to_owned()), folder.map(str::to_owned), most).collect::<Result<_>>().unwrap()
}

fn labels(names: &[&str]) -> Arc<[String]> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn output(name: &str, shape: &[i64], values: &[f32]) -> Output {
    Output { name: name.into(), shape: shape.to_vec(), values: values.to_vec() }
}

/// Pictures are their own scores; some cannot be read.
struct Shelf(HashMap<String, Vec<f32>>);

impl Shelf {
    fn of(pictures: &[(&str, &[f32])]) -> Self {
        Self(pictures.iter().map(|&(place, scores)| (place.to_owned(), scores.to_vec())).collect())
    }
}

impl Gallery for Shelf {
    type Picture = Vec<f32>;

    fn picture(&self, place: &str) -> Result<Vec<f32>> {
        self.0.get(place).cloned().ok_or_else(|| Error::not_found(format!("\"{place}\" not found")))
    }
}

/// Answers with the picture, and remembers how large its batches were.
#[derive(Default)]
struct Mirror(Mutex<Vec<usize>>);

impl Answers<Vec<f32>> for Mirror {
    fn answer(&self, pictures: Vec<Vec<f32>>) -> Result<Vec<Output>> {
        self.0.lock().unwrap().push(pictures.len());
        Ok(vec![output("softmax", &[pictures.len() as i64, pictures[0].len() as i64], &pictures.concat())])
    }
}

fn answered(text: &str, shelf: &Shelf, batch: usize, listeners: &mut [&mut dyn Listener]) -> Result<Tally> {
    answer_all(Lines::new(Cursor::new(text.to_owned()), None, None), shelf, &Mirror::default(), pace(batch), listeners)
}

#[test]
fn lines_are_paths_with_or_without_a_class() {
    let text = "/a b/1.png 3\n\n  2.png\t10  \nx.png -1\nhttp://host/y.png 0\n7\nz.png 99999999999\n";
    let found: Vec<_> = lines(text, None, None).into_iter().map(|line| (line.place, line.truth)).collect();
    let expected = [
        ("/a b/1.png", Some(3)),
        ("2.png", Some(10)),
        ("x.png -1", None),
        ("http://host/y.png", Some(0)),
        ("7", None),
        // The number is cut off, and names no class.
        ("z.png", None),
    ];
    assert_eq!(found, expected.map(|(place, truth)| (place.to_owned(), truth)));
}

#[test]
fn relative_paths_are_joined_to_the_folder_and_the_first_pictures_can_be_asked_for() {
    let places =
        |folder, most| lines("1.png 0\n\n/2.png\nhttps://host/3.png", folder, most).into_iter().map(|line| line.place).collect::<Vec<_>>();
    assert_eq!(places(Some("/images"), None), ["/images/1.png", "/2.png", "https://host/3.png"]);
    assert_eq!(places(Some(""), Some(2)), ["1.png", "/2.png"]);
    assert_eq!(places(None, Some(0)), [""; 0]);
}

#[test]
fn lists_that_are_no_lists_are_refused_with_the_line() {
    let refused = |bytes: Vec<u8>| {
        let mut found: Vec<_> = Lines::new(Cursor::new(bytes), None, None).collect();
        found.pop().unwrap().err().unwrap()
    };
    let long = refused([b"a.png\n".to_vec(), vec![b'x'; MAX_LINE_BYTES + 1]].concat());
    assert_eq!((long.kind(), long.message()), (Kind::TooLarge, "line 2 of the list has more than 65536 bytes: is it a list of paths?"));
    let binary = refused(b"a.png\n\xff\xd8\n".to_vec());
    assert_eq!((binary.kind(), binary.message()), (Kind::Invalid, "line 2 of the list is not UTF-8: save it as UTF-8 text"));
}

#[test]
fn guesses_are_the_five_best_with_percents_of_two_digits() {
    let names = labels(&["0", "1", "2", "3", "4", "5", "6"]);
    let guesses = best(&[0.999_87, 0.0, 0.000_02, 0.0, 0.000_1, 0.000_01, 0.0, 1.0], names.len());
    let told = serde_json::to_string(&Predictions { labels: &names, guesses: &guesses }).unwrap();
    assert_eq!(told, r#"[["0",99.99],["4",0.01],["2",0.0],["5",0.0],["1",0.0]]"#);
}

#[test]
fn few_classes_equal_scores_and_no_numbers_are_in_order() {
    let classes = |scores: &[f32], labels| best(scores, labels).into_iter().map(|guess| guess.class).collect::<Vec<_>>();
    assert_eq!(classes(&[0.5, 0.5], 2), [0, 1]);
    assert_eq!(classes(&[f32::NAN, 0.1, f32::NAN, 0.2], 4), [3, 1, 0, 2]);
    assert_eq!(classes(&[0.1, 0.9], 1), [0]);
    assert_eq!(classes(&[], 3), [0; 0]);
}

#[test]
fn percents_round_as_python_rounds() {
    // round(100.0 * x, 2) of the same 32-bit numbers.
    for (score, percent) in [(1.0, 100.0), (0.123_45, 12.35), (0.5, 50.0), (1e-9, 0.0), (0.333_333_34, 33.33), (0.000_15, 0.02)] {
        let guess = best(&[score], 1)[0];
        assert!((guess.percent() - percent).abs() < 1e-12, "{score}: {}", guess.percent());
    }
}

#[test]
fn many_are_classified_in_batches_by_path_in_order() {
    let shelf = Shelf::of(&[("/b.png", &[0.25, 0.75]), ("/a.png", &[1.0, 0.0]), ("/c.png", &[0.5, 0.5])]);
    let mut found = Classifications::new(labels(&["cat", "dog"]));
    let mirror = Mirror::default();
    let list = Lines::new(Cursor::new("/b.png 1\n/a.png\n/gone.png 0\n/c.png\n/a.png\n"), None, None);
    let tally = answer_all(list, &shelf, &mirror, pace(2), &mut [&mut found]).unwrap();
    assert_eq!((tally.answered, tally.failed), (4, 1));
    assert_eq!(tally.failures, [("/gone.png".to_owned(), "\"/gone.png\" not found".to_owned())]);
    assert_eq!(*mirror.0.lock().unwrap(), [2, 1, 1]);
    let expected = r#"{"/a.png":[["cat",100.0],["dog",0.0]],"/b.png":[["dog",75.0],["cat",25.0]],"/c.png":[["cat",50.0],["dog",50.0]]}"#;
    assert_eq!(serde_json::to_string(&found).unwrap(), expected);
}

/// Says how many pictures were told before each.
struct Order(Vec<String>);
impl Listener for Order {
    fn answered(&mut self, line: &Line, _outputs: &[Output], _place: usize) -> Result<()> {
        self.0.push(line.place.clone());
        Ok(())
    }
}

#[test]
fn many_threads_tell_in_the_order_of_the_list() {
    let names: Vec<String> = (0..1000).map(|number| format!("{number}.png")).collect();
    let shelf = Shelf(names.iter().filter(|name| !name.starts_with("77")).map(|name| (name.clone(), vec![1.0])).collect());
    let mut order = Order(Vec::new());
    let list = Lines::new(Cursor::new(names.join("\n")), None, None);
    let tally = answer_all(list, &shelf, &Mirror::default(), Pace { threads: 8, ..pace(7) }, &mut [&mut order]).unwrap();
    assert_eq!((tally.answered, tally.failed), (989, 11));
    let read: Vec<String> = names.into_iter().filter(|name| !name.starts_with("77")).collect();
    assert!(order.0 == read, "{:?}", order.0);
}

#[test]
fn a_list_of_nothing_that_can_be_read_says_so_in_the_words_of_digits() {
    let shelf = Shelf::of(&[]);
    let tally = answered("/x.png\n", &shelf, 8, &mut []).unwrap();
    let error = tally.check().unwrap_err();
    assert_eq!(error.message(), "Unable to classify any image from the file (/x.png: \"/x.png\" not found)");
    assert_eq!(answered("", &shelf, 8, &mut []).unwrap().check().unwrap_err().message(), "Unable to classify any image from the file");
}

#[test]
fn accuracies_count_pictures_whose_class_is_known() {
    let shelf = Shelf::of(&[("1", &[0.9, 0.1]), ("2", &[0.8, 0.2]), ("3", &[0.3, 0.7])]);
    let mut examination = Examination::new(2);
    answered("1 0\n2 1\n3 1\n1 7\n2\n", &shelf, 3, &mut [&mut examination]).unwrap();
    assert_eq!(examination.asked(), 3);
    let near = |found: Option<f64>, expected: f64| (found.unwrap() - expected).abs() < 1e-9;
    assert!(near(examination.top_1(), 200.0 / 3.0) && near(examination.top_5(), 100.0));
    assert_eq!((examination.count(1, 0), examination.count(1, 1), examination.count(0, 0)), (1, 1, 1));
    assert!(near(examination.of_class(1), 50.0));
    assert_eq!((Examination::new(2).top_1(), examination.of_class(5)), (None, None));
}

#[test]
fn rankings_keep_the_best_of_each_class() {
    let shelf = Shelf::of(&[("a", &[0.9, 0.1]), ("b", &[0.2, 0.8]), ("c", &[0.9, f32::NAN]), ("d", &[0.95, 0.05])]);
    let mut ranking = Ranking::new(2, 2).unwrap();
    answered("a\nb\nc\nd\n", &shelf, 3, &mut [&mut ranking]).unwrap();
    let places = |class| ranking.of_class(class).iter().map(|(_, place)| place.clone()).collect::<Vec<_>>();
    assert_eq!((places(0), places(1), places(2)), (vec!["d".into(), "a".into()], vec!["b".into(), "a".into()], Vec::<String>::new()));
    assert_eq!(Ranking::new(0, 2).err().unwrap().fields()[0].field, "top_n");
    assert_eq!(Ranking::new(usize::MAX, 1000).err().unwrap().kind(), Kind::TooLarge);
}

#[test]
fn one_inference_keeps_the_batch_and_all_digits() {
    let outputs = [output("output", &[1, 2], &[0.500_428_6, f32::NAN]), output("map", &[1, 1, 2, 2], &[1.0, 2.0, 3.0, 4.0])];
    let told = serde_json::to_value(Inference(&outputs)).unwrap();
    assert_eq!(told, json!({ "output": [[f64::from(0.500_428_6_f32), null]], "map": [[[[1.0, 2.0], [3.0, 4.0]]]] }));
}

#[test]
fn many_inferences_are_without_the_batch() {
    let shelf = Shelf::of(&[("/b", &[1.0, 2.0]), ("/a", &[3.0, 4.0])]);
    let mut found = Inferences::new();
    answered("/b\n/a\n/b\n", &shelf, 2, &mut [&mut found]).unwrap();
    assert_eq!(serde_json::to_string(&found).unwrap(), r#"{"/a":{"softmax":[3.0,4.0]},"/b":{"softmax":[1.0,2.0]}}"#);
    let of_a: Vec<_> = found.of("/a").map(|(name, shape, values)| (name.to_owned(), shape.to_vec(), values.to_vec())).collect();
    assert_eq!(of_a, [("softmax".to_owned(), vec![2], vec![3.0, 4.0])]);
}

#[test]
fn a_reply_that_no_client_could_take_is_refused() {
    let large = output("map", &[1, MAX_VALUES as i64 / 2 + 1], &vec![0.0; MAX_VALUES / 2 + 1]);
    let mut found = Inferences::new();
    found.answered(&line("1"), std::slice::from_ref(&large), 0).unwrap();
    let error = found.answered(&line("2"), &[large], 0).unwrap_err();
    assert_eq!(error.kind(), Kind::TooLarge);
    assert!(error.message().ends_with("ask for fewer with num_test_images"), "{error}");
}

#[test]
fn an_output_without_a_row_for_each_picture_is_refused() {
    let mut found = Inferences::new();
    let error = found.answered(&line("1"), &[output("total", &[], &[1.0])], 0).unwrap_err();
    assert_eq!(error.message(), "the output \"total\" of shape [] has no row for picture 1");
    let error = found.answered(&line("1"), &[output("few", &[1, 2], &[1.0, 2.0])], 1).unwrap_err();
    assert_eq!(error.message(), "the output \"few\" of shape [1, 2] has no row for picture 2");
}

#[test]
fn one_picture_is_a_batch_of_its_own() {
    let outputs = answer_one(vec![0.5, 0.25], &Mirror::default()).unwrap();
    assert_eq!(outputs, [output("softmax", &[1, 2], &[0.5, 0.25])]);
}

/// Fails at its second batch.
struct Broken(AtomicUsize);

impl Answers<Vec<f32>> for Broken {
    fn answer(&self, pictures: Vec<Vec<f32>>) -> Result<Vec<Output>> {
        match self.0.fetch_add(1, Ordering::Relaxed) {
            0 => Mirror::default().answer(pictures),
            _ => Err(Error::internal("out of memory")),
        }
    }
}

/// Wishes for an end at the third picture.
struct Impatient<'a>(u32, &'a AtomicBool);
impl Listener for Impatient<'_> {
    fn answered(&mut self, _line: &Line, _outputs: &[Output], _place: usize) -> Result<()> {
        self.0 += 1;
        self.1.store(self.0 >= 3, Ordering::Relaxed);
        Ok(())
    }
}

#[test]
fn a_failing_network_and_a_wish_to_stop_end_an_endless_list() {
    let shelf = Shelf::of(&[("a", &[1.0])]);
    let endless = || std::iter::repeat_with(|| Ok(line("a")));
    let error = answer_all(endless(), &shelf, &Broken(AtomicUsize::new(0)), pace(4), &mut []).unwrap_err();
    assert_eq!(error.message(), "out of memory");
    let stop = AtomicBool::new(false);
    let mut impatient = Impatient(0, &stop);
    let error =
        answer_all(endless(), &shelf, &Mirror::default(), Pace { batch: 1, threads: 3, stop: &stop }, &mut [&mut impatient]).unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled);
}
