//! The models that are compiled into the program: descriptors of all, and the weights of our own network.

/// A model's files inside the program.
pub(super) struct Embedded {
    /// Key in the zoo.
    pub(super) key: &'static str,
    /// Text of `model.yaml`.
    pub(super) descriptor: &'static str,
    /// Name and bytes of each file that is compiled in.
    pub(super) files: &'static [(&'static str, &'static [u8])],
}

macro_rules! embedded {
    ($key:literal $(, $file:literal)*) => {
        Embedded {
            key: $key,
            descriptor: include_str!(concat!("../../modelzoo/", $key, "/model.yaml")),
            files: &[$(($file, include_bytes!(concat!("../../modelzoo/", $key, "/", $file)))),*],
        }
    };
}

/// All of them.
pub(super) const EMBEDDED: &[Embedded] = &[
    embedded!("likeness_small", "network.prototxt", "weights.caffemodel", "README.md"),
    embedded!("torchscript_mobilenet_v2_imagenet"),
    embedded!("caffe_squeezenet_v1_1_imagenet"),
    embedded!("caffe_lenet_mnist", "labels.txt"),
    embedded!("caffe_ultraface_slim_320", "labels.txt", "README.md"),
    embedded!("caffe_ssd_qr_code", "labels.txt", "README.md"),
];
