//! Single layers against numbers worked out by hand.

use super::{assert_close, counting, network, no_weights, run_layer, tensor, values, weights};

#[test]
fn convolution_multiplies_pads_strides_and_adds_its_bias() {
    let kernel: &[f32] = &[1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 3.0];
    let layer = "type: 'Convolution' convolution_param { num_output: 1 kernel_size: 3 pad: 1 stride: 2 }";
    let (shape, found) = run_layer(&[1, 1, 3, 3], &counting(&[1, 1, 3, 3]), layer, &[(&[1, 1, 3, 3], kernel), (&[1], &[10.0])]);
    assert_eq!(shape, [1, 1, 2, 2]);
    // Centres 1, 3, 7, 9; above left counts once, below right three times.
    assert_close(&found, &[10.0 + 2.0 + 15.0, 10.0 + 6.0, 10.0 + 14.0, 10.0 + 18.0 + 5.0], 0.0);
}

#[test]
fn convolution_takes_height_and_width_apart() {
    let layer = "type: 'Convolution' convolution_param { num_output: 1 kernel_h: 1 kernel_w: 2 stride_h: 2 stride_w: 1 pad_w: 1 pad_h: 0 bias_term: false }";
    let (shape, found) = run_layer(&[1, 1, 3, 2], &counting(&[1, 1, 3, 2]), layer, &[(&[1, 1, 1, 2], &[1.0, 10.0])]);
    assert_eq!(shape, [1, 1, 2, 3]);
    assert_close(&found, &[10.0, 21.0, 2.0, 50.0, 65.0, 6.0], 0.0);
}

#[test]
fn groups_see_only_their_own_channels() {
    let layer = "type: 'Convolution' convolution_param { num_output: 2 kernel_size: 1 group: 2 bias_term: false }";
    let (shape, found) = run_layer(&[1, 4, 1, 1], &[1.0, 2.0, 3.0, 4.0], layer, &[(&[2, 2, 1, 1], &[1.0, 10.0, 100.0, 1000.0])]);
    assert_eq!((shape, found), (vec![1, 2, 1, 1], vec![21.0, 4300.0]));
}

#[test]
fn dilation_spreads_the_kernel() {
    let layer = "type: 'Convolution' convolution_param { num_output: 1 kernel_size: 2 dilation: 2 bias_term: false }";
    let (shape, found) = run_layer(&[1, 1, 3, 3], &counting(&[1, 1, 3, 3]), layer, &[(&[1, 1, 2, 2], &[1.0, 1.0, 1.0, 1.0])]);
    assert_eq!((shape, found), (vec![1, 1, 1, 1], vec![1.0 + 3.0 + 7.0 + 9.0]));
}

#[test]
fn deconvolution_spreads_each_value_over_its_kernel() {
    let layer = "type: 'Deconvolution' convolution_param { num_output: 1 kernel_size: 2 stride: 2 bias_term: false }";
    let (shape, found) = run_layer(&[1, 1, 1, 2], &[1.0, 2.0], layer, &[(&[1, 1, 2, 2], &[1.0, 2.0, 3.0, 4.0])]);
    assert_eq!((shape, found), (vec![1, 1, 2, 4], vec![1.0, 2.0, 2.0, 4.0, 3.0, 4.0, 6.0, 8.0]));
}

#[test]
fn pooling_rounds_its_size_up() {
    let layer = "type: 'Pooling' pooling_param { pool: MAX kernel_size: 2 stride: 2 }";
    let (shape, found) = run_layer(&[1, 1, 3, 3], &counting(&[1, 1, 3, 3]), layer, &[]);
    assert_eq!((shape, found), (vec![1, 1, 2, 2], vec![5.0, 6.0, 8.0, 9.0]));
    let floor = "type: 'Pooling' pooling_param { pool: MAX kernel_size: 2 stride: 2 round_mode: FLOOR }";
    assert_eq!(run_layer(&[1, 1, 3, 3], &counting(&[1, 1, 3, 3]), floor, &[]), (vec![1, 1, 1, 1], vec![5.0]));
}

#[test]
fn the_last_window_of_a_padded_pooling_begins_inside_the_picture() {
    // Rounding up gives 3 windows, of which the last would begin behind the picture: 0 and 1..2 remain.
    let layer = "type: 'Pooling' pooling_param { pool: MAX kernel_size: 2 stride: 2 pad: 1 }";
    let (shape, found) = run_layer(&[1, 1, 3, 3], &[-9.0, -8.0, -7.0, -6.0, -5.0, -4.0, -3.0, -2.0, -1.0], layer, &[]);
    assert_eq!((shape, found), (vec![1, 1, 2, 2], vec![-9.0, -7.0, -3.0, -1.0]));
}

#[test]
fn an_average_divides_by_the_window_with_its_padding_but_not_beyond() {
    let layer = "type: 'Pooling' pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 }";
    let (shape, found) = run_layer(&[1, 1, 4, 4], &[1.0; 16], layer, &[]);
    assert_eq!(shape, [1, 1, 3, 3]);
    // Corner: 4 of 9; edge: 6 of 9. The last windows begin at 3 and end at 5 = height + padding: 1 of 4 in the corner.
    let (corner, edge, whole) = (4.0 / 9.0, 6.0 / 9.0, 1.0);
    assert_close(&found, &[corner, edge, 2.0 / 6.0, edge, whole, 3.0 / 6.0, 2.0 / 6.0, 3.0 / 6.0, 1.0 / 4.0], 1e-6);
}

#[test]
fn padding_above_half_the_kernel_is_pooled_as_in_caffe() {
    // libtorch refuses this padding; windows begin at -2, -1, 0, 1, 2 and hold 1, 2, 3, 2, 1 of the values.
    let max = "type: 'Pooling' pooling_param { pool: MAX kernel_h: 1 kernel_w: 3 pad_h: 0 pad_w: 2 }";
    assert_eq!(run_layer(&[1, 1, 1, 3], &[1.0, 2.0, 3.0], max, &[]), (vec![1, 1, 1, 5], vec![1.0, 2.0, 3.0, 3.0, 3.0]));
    let average = "type: 'Pooling' pooling_param { pool: AVE kernel_h: 1 kernel_w: 3 pad_h: 0 pad_w: 2 }";
    assert_close(&run_layer(&[1, 1, 1, 3], &[3.0, 6.0, 9.0], average, &[]).1, &[1.0, 3.0, 6.0, 5.0, 3.0], 1e-6);
}

#[test]
fn a_stride_above_the_kernel_may_leave_an_empty_window() {
    let layer = "type: 'Pooling' pooling_param { pool: AVE kernel_h: 1 kernel_w: 1 stride_h: 1 stride_w: 3 }";
    assert_eq!(run_layer(&[1, 1, 1, 3], &[1.0, 2.0, 3.0], layer, &[]), (vec![1, 1, 1, 2], vec![1.0, 0.0]));
}

#[test]
fn global_pooling_takes_the_whole_picture() {
    let input = counting(&[1, 2, 2, 2]);
    let average = "type: 'Pooling' pooling_param { pool: AVE global_pooling: true }";
    assert_eq!(run_layer(&[1, 2, 2, 2], &input, average, &[]), (vec![1, 2, 1, 1], vec![2.5, 6.5]));
    let max = "type: 'Pooling' pooling_param { pool: MAX global_pooling: true }";
    assert_eq!(run_layer(&[1, 2, 2, 2], &input, max, &[]), (vec![1, 2, 1, 1], vec![4.0, 8.0]));
}

#[test]
fn batch_norm_divides_its_statistics_by_the_stored_factor() {
    let blobs: &[(&[i64], &[f32])] = &[(&[2], &[2.0, 4.0]), (&[2], &[8.0, 2.0]), (&[1], &[2.0])];
    let layer = "type: 'BatchNorm' batch_norm_param { eps: 0 }";
    // Means 1 and 2, variances 4 and 1.
    assert_close(&run_layer(&[1, 2, 1, 1], &[5.0, 5.0], layer, blobs).1, &[2.0, 3.0], 1e-6);
    let zero: &[(&[i64], &[f32])] = &[(&[2], &[2.0, 4.0]), (&[2], &[8.0, 2.0]), (&[1], &[0.0])];
    let layer = "type: 'BatchNorm' batch_norm_param { eps: 4 }";
    assert_close(&run_layer(&[1, 2, 1, 1], &[5.0, 6.0], layer, zero).1, &[2.5, 3.0], 1e-6);
}

#[test]
fn batch_norm_can_use_the_statistics_of_the_batch() {
    let blobs: &[(&[i64], &[f32])] = &[(&[1], &[9.0]), (&[1], &[9.0]), (&[1], &[1.0])];
    let layer = "type: 'BatchNorm' batch_norm_param { use_global_stats: false eps: 0 }";
    assert_close(&run_layer(&[1, 1, 1, 2], &[1.0, 3.0], layer, blobs).1, &[-1.0, 1.0], 1e-6);
}

#[test]
fn scale_works_on_the_axes_it_is_given() {
    let input = counting(&[1, 2, 1, 2]);
    let layer = "type: 'Scale' scale_param { bias_term: true }";
    assert_eq!(run_layer(&[1, 2, 1, 2], &input, layer, &[(&[2], &[2.0, 3.0]), (&[2], &[0.0, 1.0])]).1, [2.0, 4.0, 10.0, 13.0]);
    let last = "type: 'Scale' scale_param { axis: -1 }";
    assert_eq!(run_layer(&[1, 2, 1, 2], &input, last, &[(&[2], &[1.0, 10.0])]).1, [1.0, 20.0, 3.0, 40.0]);
    let whole = "type: 'Scale' scale_param { axis: 1 num_axes: -1 }";
    assert_eq!(run_layer(&[1, 2, 1, 2], &input, whole, &[(&[2, 1, 2], &[1.0, 2.0, 3.0, 4.0])]).1, [1.0, 4.0, 9.0, 16.0]);
}

#[test]
fn layers_without_weights_treat_each_value_alike() {
    let apply = |layer: &str, expected: &[f32]| assert_close(&run_layer(&[1, 3], &[-1.0, 0.0, 2.0], layer, &[]).1, expected, 1e-6);
    apply("type: 'ReLU'", &[0.0, 0.0, 2.0]);
    apply("type: 'ReLU' relu_param { negative_slope: 0.5 }", &[-0.5, 0.0, 2.0]);
    apply("type: 'Dropout' dropout_param { dropout_ratio: 0.9 }", &[-1.0, 0.0, 2.0]);
    apply("type: 'Power' power_param { power: 2 scale: 3 shift: 1 }", &[4.0, 1.0, 49.0]);
    apply("type: 'AbsVal'", &[1.0, 0.0, 2.0]);
    apply("type: 'Sigmoid'", &[0.268_941_4, 0.5, 0.880_797]);
    apply("type: 'TanH'", &[-0.761_594_2, 0.0, 0.964_027_6]);
    assert_eq!(run_layer(&[1, 3], &[-1.0, 0.0, 2.0], "type: 'PReLU'", &[(&[3], &[0.25, 1.0, 1.0])]).1, [-0.25, 0.0, 2.0]);
}

#[test]
fn inner_product_flattens_from_its_axis_on() {
    let input = [1.0, 2.0, 3.0, 4.0];
    let layer = "type: 'InnerProduct' inner_product_param { num_output: 2 }";
    let matrix: &[f32] = &[1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0];
    assert_eq!(run_layer(&[1, 2, 2, 1], &input, layer, &[(&[2, 4], matrix), (&[2], &[0.5, 0.0])]), (vec![1, 2], vec![5.5, 10.0]));
    // The four dimensions of Caffe's older files.
    assert_eq!(run_layer(&[1, 2, 2, 1], &input, layer, &[(&[1, 1, 2, 4], matrix), (&[1, 1, 1, 2], &[0.5, 0.0])]).1, [5.5, 10.0]);
    let transposed = "type: 'InnerProduct' inner_product_param { num_output: 1 axis: 2 transpose: true bias_term: false }";
    assert_eq!(run_layer(&[1, 2, 2, 1], &input, transposed, &[(&[2, 1], &[1.0, 10.0])]), (vec![1, 2, 1], vec![21.0, 43.0]));
}

#[test]
fn softmax_sums_to_one_along_its_axis() {
    let (_, found) = run_layer(&[1, 2, 2], &[0.0, 1.0, 0.0, 1.0], "type: 'Softmax' softmax_param { axis: 2 }", &[]);
    assert_close(&found, &[0.268_941_4, 0.731_058_6, 0.268_941_4, 0.731_058_6], 1e-6);
}

#[test]
fn reshaping_layers_regroup_without_changing_values() {
    let input = counting(&[1, 2, 3, 1]);
    let shape_of = |layer: &str| run_layer(&[1, 2, 3, 1], &input, layer, &[]).0;
    assert_eq!(shape_of("type: 'Flatten'"), [1, 6]);
    assert_eq!(shape_of("type: 'Flatten' flatten_param { axis: 0 end_axis: 1 }"), [2, 3, 1]);
    assert_eq!(shape_of("type: 'Reshape' reshape_param { shape { dim: 0 dim: -1 } }"), [1, 6]);
    assert_eq!(shape_of("type: 'Reshape' reshape_param { shape { dim: 3 dim: 2 } axis: 1 num_axes: 2 }"), [1, 3, 2, 1]);
    assert_eq!(shape_of("type: 'Reshape' reshape_param { shape { dim: 1 } axis: -1 num_axes: 0 }"), [1, 2, 3, 1, 1]);
    let (shape, found) = run_layer(&[1, 2, 3, 1], &input, "type: 'Permute' permute_param { order: 0 order: 2 order: 1 }", &[]);
    assert_eq!((shape, found), (vec![1, 3, 2, 1], vec![1.0, 4.0, 2.0, 5.0, 3.0, 6.0]));
}

#[test]
fn concat_and_eltwise_join_what_slice_and_split_part() {
    let layers = "
        layer { name: 'parts' type: 'Slice' bottom: 'data' top: 'a' top: 'b' top: 'c' slice_param { axis: -1 slice_point: 1 slice_point: 2 } }
        layer { name: 'twice' type: 'Split' bottom: 'c' top: 'c1' top: 'c2' }
        layer { name: 'joined' type: 'Concat' bottom: 'b' bottom: 'c1' concat_param { axis: -1 } top: 'joined' }
        layer { name: 'sum' type: 'Eltwise' bottom: 'a' bottom: 'c2' top: 'sum' eltwise_param { operation: SUM coeff: 1 coeff: -2 } }
        layer { name: 'product' type: 'Eltwise' bottom: 'a' bottom: 'c2' top: 'product' eltwise_param { operation: PROD } }
        layer { name: 'greatest' type: 'Eltwise' bottom: 'a' bottom: 'c2' top: 'greatest' eltwise_param { operation: MAX } }";
    let graph = network(&[1, 3], layers, &no_weights());
    let input = tensor(&[1, 3], &[1.0, 2.0, 3.0]);
    for (name, expected) in [("joined", vec![2.0, 3.0]), ("sum", vec![-5.0]), ("product", vec![3.0]), ("greatest", vec![3.0])] {
        assert_eq!(values(&graph.forward_to(&input, name).unwrap()), expected);
    }
}

#[test]
fn normalisations_divide_by_the_neighbourhood() {
    let across = "type: 'LRN' lrn_param { local_size: 3 alpha: 3 beta: 1 k: 1 }";
    assert_close(&run_layer(&[1, 3, 1, 1], &[1.0, 2.0, 3.0], across, &[]).1, &[1.0 / 6.0, 2.0 / 15.0, 3.0 / 14.0], 1e-6);
    let within = "type: 'LRN' lrn_param { local_size: 3 alpha: 9 beta: 1 norm_region: WITHIN_CHANNEL }";
    assert_close(&run_layer(&[1, 1, 1, 2], &[1.0, 2.0], within, &[]).1, &[1.0 / 6.0, 2.0 / 6.0], 1e-6);
    let per_channel = "type: 'Normalize' norm_param { across_spatial: false channel_shared: false }";
    assert_close(&run_layer(&[1, 2, 1, 1], &[3.0, 4.0], per_channel, &[(&[2], &[10.0, 100.0])]).1, &[6.0, 80.0], 1e-4);
    let shared = "type: 'Normalize'";
    assert_close(&run_layer(&[1, 1, 1, 2], &[3.0, 4.0], shared, &[(&[1], &[5.0])]).1, &[3.0, 4.0], 1e-5);
}

#[test]
fn a_layer_may_stand_for_several_pictures_at_once() {
    let stored = [weights("x", &[(&[1, 1, 1, 1], &[2.0])])];
    let layer = "layer { name: 'x' type: 'Convolution' bottom: 'data' top: 'x' convolution_param { num_output: 1 kernel_size: 1 bias_term: false } }";
    let graph = network(&[1, 1, 1, 1], layer, &stored);
    let output = graph.forward_to(&tensor(&[3, 1, 1, 2], &counting(&[3, 1, 1, 2])), "x").unwrap();
    assert_eq!((output.size(), values(&output)), (vec![3, 1, 1, 2], vec![2.0, 4.0, 6.0, 8.0, 10.0, 12.0]));
}
