//! The parts of SSD: reference boxes, decoding, suppression, and the table of detections.

use likeness::network::Detection;
use likeness::network::detect::{BoundingBox, BoxCode, Suppression, decode_box, suppress};

use super::{assert_close, network, no_weights, tensor, values};

#[test]
fn prior_boxes_stand_on_a_grid_in_the_sizes_and_ratios_asked_for() {
    let layers = "layer { name: 'maps' type: 'Pooling' bottom: 'data' top: 'maps' pooling_param { pool: AVE kernel_h: 10 kernel_w: 20 stride_h: 10 stride_w: 20 } }
        layer { name: 'priors' type: 'PriorBox' bottom: 'maps' bottom: 'data' top: 'priors'
                prior_box_param { min_size: 4 max_size: 9 aspect_ratio: 4 flip: true variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2 } }";
    let graph = network(&[1, 1, 10, 40], layers, &no_weights());
    let output = graph.forward_to(&tensor(&[1, 1, 10, 40], &[0.0; 400]), "priors").unwrap();
    // One row of two places, four boxes each: 4x4, 6x6, 8x2 and 2x8 around (10, 5) and (30, 5) of 40 x 10 pixels.
    assert_eq!(output.size(), [1, 2, 32]);
    let mut expected = Vec::new();
    for x in [10.0, 30.0] {
        for (width, height) in [(4.0, 4.0), (6.0, 6.0), (8.0, 2.0), (2.0, 8.0)] {
            expected.extend([(x - width / 2.0) / 40.0, (5.0 - height / 2.0) / 10.0, (x + width / 2.0) / 40.0, (5.0 + height / 2.0) / 10.0]);
        }
    }
    expected.extend([0.1, 0.1, 0.2, 0.2].repeat(8));
    assert_close(&values(&output), &expected, 1e-6);
}

#[test]
fn prior_boxes_can_be_clipped_stepped_and_shifted() {
    let layers = "layer { name: 'priors' type: 'PriorBox' bottom: 'data' bottom: 'data' top: 'priors'
        prior_box_param { min_size: 4 clip: true step_h: 3 step_w: 5 offset: 1 img_h: 6 img_w: 10 flip: false variance: 0.5 } }";
    let graph = network(&[1, 1, 1, 1], layers, &no_weights());
    let output = values(&graph.forward_to(&tensor(&[1, 1, 1, 1], &[0.0]), "priors").unwrap());
    assert_close(&output, &[0.3, 1.0 / 6.0, 0.7, 5.0 / 6.0, 0.5, 0.5, 0.5, 0.5], 1e-6);
    let clipped = layers.replace("min_size: 4", "min_size: 40");
    let graph = network(&[1, 1, 1, 1], &clipped, &no_weights());
    assert_close(&values(&graph.forward_to(&tensor(&[1, 1, 1, 1], &[0.0]), "priors").unwrap())[..4], &[0.0, 0.0, 1.0, 1.0], 0.0);
}

#[test]
fn offsets_are_decoded_by_each_code() {
    let (prior, variance) = ([0.2, 0.2, 0.4, 0.6], [0.1, 0.1, 0.2, 0.2]);
    let corners = |code, offset| {
        let found = decode_box(code, prior, variance, offset);
        [found.x1, found.y1, found.x2, found.y2]
    };
    assert_close(&corners(BoxCode::Corner, [1.0, 2.0, 1.0, -1.0]), &[0.3, 0.4, 0.6, 0.4], 1e-6);
    assert_close(&corners(BoxCode::CornerSize, [1.0, 1.0, 1.0, 1.0]), &[0.22, 0.24, 0.44, 0.68], 1e-6);
    // Centre (0.3, 0.4) moves by 0.1 x sides (0.2, 0.4); the width doubles.
    assert_close(&corners(BoxCode::CenterSize, [1.0, 1.0, 2.0_f32.ln() / 0.2, 0.0]), &[0.12, 0.24, 0.52, 0.64], 1e-6);
}

#[test]
fn suppression_keeps_the_most_confident_of_overlapping_boxes() {
    let square = |x: f32| BoundingBox { x1: x, y1: 0.0, x2: x + 1.0, y2: 1.0 };
    let boxes = [square(0.0), square(0.1), square(0.6), square(3.0), square(5.0)];
    let settings = Suppression { least_confidence: 0.2, most_overlap: 0.5, eta: 1.0, top: None };
    // Overlaps with the second: 0.9 / 1.1 for the first, 0.5 / 1.5 for the third. The last is not confident enough.
    assert_eq!(suppress(&boxes, &[0.8, 0.9, 0.5, 0.95, 0.1], &settings), [3, 1, 2]);
    assert_eq!(suppress(&boxes, &[0.8, 0.9, 0.5, 0.95, 0.1], &Suppression { top: Some(2), ..settings }), [3, 1]);
    assert_eq!(suppress(&boxes, &[f32::NAN; 5], &settings), [0_usize; 0]);
    assert!((boxes[0].overlap(&boxes[2]) - 0.4 / 1.6).abs() < 1e-6);
    assert!(boxes[0].overlap(&boxes[3]) == 0.0);
}

const DETECTOR: &str = "
    layer { name: 'parts' type: 'Slice' bottom: 'data' top: 'location' top: 'scores' slice_param { slice_point: 12 } }
    layer { name: 'corners' type: 'Input' top: 'unused' input_param { shape { dim: 1 dim: 1 } } }
    layer { name: 'cells' type: 'Reshape' bottom: 'scores' top: 'cells' reshape_param { shape { dim: 0 dim: 3 dim: 1 dim: 3 } } }
    layer { name: 'priors' type: 'PriorBox' bottom: 'cells' bottom: 'cells' top: 'priors' prior_box_param { min_size: 1 variance: 0.1 img_h: 1 img_w: 3 step: 1 } }
    layer { name: 'found' type: 'DetectionOutput' bottom: 'location' bottom: 'scores' bottom: 'priors' top: 'found'
            detection_output_param { num_classes: 3 confidence_threshold: 0.3 keep_top_k: 2 code_type: CENTER_SIZE nms_param { nms_threshold: 0.5 top_k: 10 } } }";

#[test]
fn detections_are_listed_by_picture_and_class_under_the_limit() {
    let graph = network(&[1, 21], DETECTOR, &no_weights());
    let offsets = [0.0_f32; 12];
    // Scores of background and two classes for each of three boxes side by side.
    let first = [0.1, 0.6, 0.3, 0.05, 0.05, 0.9, 0.2, 0.4, 0.4];
    let second = [1.0, 0.0, 0.0, 0.2, 0.8, 0.0, 1.0, 0.0, 0.0];
    let input = tensor(&[2, 21], &[offsets.as_slice(), &first, &offsets, &second].concat());
    let output = graph.forward_to(&input, "found").unwrap();
    let pictures = Detection::from_output(&output, 2).unwrap();
    let shown =
        |index: usize| pictures[index].iter().map(|found| (found.label, found.confidence, (found.x1 * 3.0).round())).collect::<Vec<_>>();
    assert_eq!(shown(0), [(1, 0.6, 0.0), (2, 0.9, 1.0)], "the two most confident, by class");
    assert_eq!(shown(1), [(1, 0.8, 1.0)]);
    let corners = pictures[1][0];
    assert_close(&[corners.x1, corners.y1, corners.x2, corners.y2], &[1.0 / 3.0, 0.0, 2.0 / 3.0, 1.0], 1e-6);
}

#[test]
fn nothing_found_is_an_empty_list() {
    let graph = network(&[1, 21], DETECTOR, &no_weights());
    let output = graph.forward_to(&tensor(&[2, 21], &[0.0; 42]), "found").unwrap();
    assert_eq!(output.size(), [1, 1, 2, 7]);
    assert_eq!(Detection::from_output(&output, 2).unwrap(), vec![Vec::new(), Vec::new()]);
}
