//! What TorchScript programs do: activations in place, residual sums, uneven padding, reshapes.

use super::*;

#[test]
fn normalisation_activation_and_sum_go_into_the_convolutions() {
    let (first, second, head) = (numbers(&[8, 3, 3, 3], 1), numbers(&[8, 8, 3, 3], 2), numbers(&[5, 8], 3));
    let (mean, variance) = (numbers(&[8], 4), numbers(&[8], 5) + 1.0);
    let module = traced(|x| {
        let x = x.conv2d(&first, None::<&Tensor>, 1, 1, 1, 1);
        let mut x = x.batch_norm(None::<&Tensor>, None::<&Tensor>, Some(&mean), Some(&variance), false, 0.1, 1e-5, false);
        let x = x.relu_();
        let y = x.conv2d(&second, Some(&mean), 1, 1, 1, 1);
        let mut sum = y + &x;
        let x = sum.relu_().max_pool2d(3, 2, 1, 1, false);
        x.adaptive_avg_pool2d([1, 1]).flatten(1, -1).linear(&head, None::<&Tensor>)
    });
    assert_fused(&source(module), "", &["\"add\"", "\"relu\"", "torch.linear"], &["torch.relu", "torch.add", "batch_norm"]);
}

#[test]
fn padding_to_the_right_and_bottom_costs_no_copy() {
    let (first, deep, last) = (numbers(&[6, 3, 3, 3], 1), numbers(&[6, 1, 3, 3], 2), numbers(&[7, 6, 1, 1], 3));
    let module = traced(|x| {
        let x = x.constant_pad_nd([0, 1, 0, 1]).conv2d(&first, None::<&Tensor>, 2, 0, 1, 1).clamp(0.0, 6.0);
        let x = x.constant_pad_nd([1, 1, 1, 1]).conv2d(&deep, None::<&Tensor>, 1, 0, 1, 6).silu();
        let x = x.constant_pad_nd([0, 1, 0, 1]).conv2d(&deep, None::<&Tensor>, 2, 0, 1, 6);
        x.conv2d(&last, None::<&Tensor>, 1, 0, 1, 1).mean_dim([2i64, 3].as_slice(), false, None::<Kind>)
    });
    assert_fused(&source(module), "", &["hardtanh", "swish"], &["pad_nd"]);
}

#[test]
fn uneven_padding_that_no_turn_helps_stays() {
    let kernels = numbers(&[4, 3, 3, 3], 1);
    let module = traced(|x| {
        // 27 pixels, and windows that end inside: turned, the first would begin outside of the padding.
        let x = x.constant_pad_nd([0, 3, 3, 0]).conv2d(&kernels, None::<&Tensor>, 2, 0, 1, 1);
        x.relu().mean_dim([2i64, 3].as_slice(), false, None::<Kind>)
    });
    assert_fused(&source(module), "", &["pad_nd"], &[]);
}

#[test]
fn gates_reshapes_and_joins_are_followed() {
    let (first, gate, head) = (numbers(&[6, 3, 5, 5], 1), numbers(&[6, 6, 1, 1], 2), numbers(&[9, 12 * 4 * 4], 3));
    let module = traced(|x| {
        let x = x.conv2d(&first, None::<&Tensor>, 3, 2, 1, 1).hardswish();
        let weight = x.adaptive_avg_pool2d([1, 1]).conv2d(&gate, None::<&Tensor>, 1, 0, 1, 1).sigmoid();
        let x = &x * weight;
        let x = Tensor::cat(&[&x, &x.tanh()], 1).avg_pool2d(2, 2, 0, false, true, None);
        x.view([-1, 12 * 4 * 4]).linear(&head, None::<&Tensor>) * 2.0 + 1.0
    });
    assert_fused(&source(module), "", &["hardswish", "sigmoid", "torch.cat", "avg_pool2d", "reshape"], &[]);
}

#[test]
fn a_value_that_is_read_again_after_a_sum_is_not_overwritten() {
    let (first, second) = (numbers(&[6, 3, 3, 3], 1), numbers(&[6, 6, 1, 1], 2));
    let module = traced(|x| {
        let x = x.conv2d(&first, None::<&Tensor>, 1, 1, 1, 1);
        let sum = x.conv2d(&second, None::<&Tensor>, 1, 0, 1, 1) + &x;
        let more = sum.conv2d(&second, None::<&Tensor>, 1, 0, 1, 1) + &x;
        (more * sum).mean_dim([2i64, 3].as_slice(), false, None::<Kind>)
    });
    assert_fused(&source(module), "", &["\"add\""], &[]);
}

#[test]
fn what_writes_through_another_name_is_left_to_libtorch() {
    let first = numbers(&[4, 3, 3, 3], 1);
    let module = traced(|x| {
        let x = x.conv2d(&first, None::<&Tensor>, 1, 1, 1, 1);
        let mut rows = x.flatten(1, -1);
        let _ = rows.relu_();
        x.mean_dim([2i64, 3].as_slice(), false, None::<Kind>)
    });
    let network = Network::load(&source(module), Device::Cpu, PrecisionChoice::F32).unwrap();
    assert!(!network.execution("").fused);
    let pictures = pictures(2);
    for (found, expected) in network.features(&pictures, "").unwrap().into_iter().zip(plain(&network, &pictures, "")) {
        assert!(cosine(&found.unwrap(), &expected) > 0.999_999);
    }
}

#[test]
fn another_module_changes_its_precision_as_a_whole() {
    let kernels = numbers(&[6, 3, 3, 3], 1);
    // Sorting is nothing that plans know.
    let module =
        traced(|x| x.conv2d(&kernels, None::<&Tensor>, 1, 1, 1, 1).sort(1, false).0.mean_dim([2i64, 3].as_slice(), false, None::<Kind>));
    let network = Network::load(&source(module), Device::Cpu, PrecisionChoice::Bf16).unwrap();
    let execution = network.execution("");
    assert!(!execution.fused && execution.min_cosine >= LEAST_COSINE, "{execution:?}");
    let pictures = pictures(3);
    for (found, expected) in network.features(&pictures, "").unwrap().into_iter().zip(plain(&network, &pictures, "")) {
        assert!(cosine(&found.unwrap(), &expected) >= LEAST_COSINE);
    }
}
