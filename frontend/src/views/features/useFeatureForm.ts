/** What a form of a feature shares: the index as typed, what is wrong, and sending it once. */
import { useState } from "react";
import { ApiError } from "../../api/errors";
import { refreshFeatures } from "../../api/features";
import { sayFailure } from "../../parts/toasts";
import type { IndexTyped } from "./IndexFields";
import { type SettingName, type Understood, understood } from "./settings";

type Errors = Readonly<Record<string, readonly string[]>>;

export interface FeatureFormState {
  index: IndexTyped;
  setIndex: (index: IndexTyped) => void;
  wrong: readonly SettingName[];
  errorOf: (field: string) => string | undefined;
  setErrors: (errors: Errors) => void;
  isBusy: boolean;
  /** Sends what was understood; nothing is sent while a field is wrong. */
  submit: (send: (settings: Understood["settings"]) => Promise<void>) => Promise<void>;
}

export function useFeatureForm(initial: IndexTyped): FeatureFormState {
  const [index, setIndex] = useState(initial);
  const [wrong, setWrong] = useState<readonly SettingName[]>([]);
  const [errors, setErrors] = useState<Errors>({});
  const [isBusy, setBusy] = useState(false);
  const submit: FeatureFormState["submit"] = async (send) => {
    const { settings, wrong: unfit } = understood(index.kind, index.typed);
    setWrong(unfit);
    if (unfit.length > 0) return;
    setBusy(true);
    try {
      await send(settings);
      void refreshFeatures();
    } catch (error) {
      if (error instanceof ApiError && Object.keys(error.fields).length > 0) setErrors(error.fields);
      else sayFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const errorOf = (field: string) => errors[field]?.join(" ");
  return { index, setIndex, wrong, errorOf, setErrors, isBusy, submit };
}
